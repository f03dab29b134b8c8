// SPDX-License-Identifier: Apache-2.0
// The kernels as nvcc makes them equal the processor, in whatever order their threads run; and what
// a GPU would not tell is found.
#include <gtest/gtest.h>

#include <set>

#include "base/errors.hpp"
#include "device/cuda_device.hpp"
#include "device/device_executor.hpp"
#include "device/executor_cases.hpp"
#include "device/fake_cuda/fake_cuda.hpp"
#include "device/kernel.hpp"
#include "device/ptx/entries.hpp"
#include "device/ptx/ptx.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

ExecutorFactory on_ptx() {
    return [](const Experiment& experiment, const Network& network, MPI_Comm) {
        return device::make_device_executor(device::make_cuda_device(0), experiment, network);
    };
}

// Parametrised by architectures that differ.
class Ptx : public testing::TestWithParam<int> {
  protected:
    void SetUp() override {
        fake_cuda::reset();
        fake_cuda::machine().architecture = GetParam();
        fake_cuda::machine().order = 1;  // the tests of the GPU run them forwards
    }
    void TearDown() override { fake_cuda::reset(); }
};

TEST_P(Ptx, EqualsTheProcessorBackwards) {
    for (const ExecutorCase& executor_case : executor_cases()) {
        SCOPED_TRACE(executor_case.name);
        expect_equal_to_processor(executor_case, on_ptx());
        EXPECT_EQ(fake_cuda::violation(), "");
    }
}

std::vector<int> architectures() {
    std::vector<int> all;
    std::set<ptx::Code> codes;
    for (const ptx::Entry& entry : ptx::entries())
        if (codes.insert(entry.code).second && (all.empty() || all.back() != entry.architecture))
            all.push_back(entry.architecture);
    return all;
}

INSTANTIATE_TEST_SUITE_P(Architectures, Ptx, testing::ValuesIn(architectures()),
                         testing::PrintToStringParamName());

class PtxMistakes : public testing::Test {
  protected:
    void SetUp() override { fake_cuda::reset(); }
    void TearDown() override { fake_cuda::reset(); }
    static std::string violation_of_run() {
        EXPECT_NE(error_of_run(noisy_learning_network(), on_ptx()), "none");
        return fake_cuda::violation();
    }
};

TEST_F(PtxMistakes, AtomicsThatAreNoneAreRaces) {
    fake_cuda::machine().atomics_are_plain = true;
    EXPECT_NE(violation_of_run().find("race of thread"), std::string::npos);
}

TEST_F(PtxMistakes, MemoryThatNobodyFillsIsFound) {
    fake_cuda::machine().forget_memsets = true;
    EXPECT_NE(violation_of_run().find("never written"), std::string::npos);
}

TEST_F(PtxMistakes, MemoryOfTheHostIsFound) {
    double on_host[2] = {};
    const auto gpu = device::make_cuda_device(0);
    gpu->launch(device::Fill<double>{on_host, 1.0}, 2);
    EXPECT_THROW(gpu->copy_out({}), DeviceError);
    EXPECT_NE(fake_cuda::violation().find("memory that is not the device's"), std::string::npos);
    EXPECT_EQ(on_host[0], 0.0);
}

// Once all other tests have run: what none of them runs is proven by nothing.
class AllEntriesRun : public testing::Environment {
  public:
    // No batch of the tests has two such neurons rest at once; one at a time they do.
    static bool is_known(const std::string& name) {
        return name.find("run_items_of_many") != std::string::npos &&
               name.find("RestNeurons") != std::string::npos &&
               name.find("CableNeuron") != std::string::npos;
    }
    void TearDown() override {
        const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
        if (tests.test_to_run_count() < tests.total_test_count()) return;
        for (const std::string& name : ptx::entries_not_run())
            if (!is_known(name)) ADD_FAILURE() << "no test runs " << name;
    }
};
const auto* const all_entries_run = testing::AddGlobalTestEnvironment(new AllEntriesRun);

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// What CudaDevice asks of CUDA, by a runtime that does everything as late as it may.
#include <gtest/gtest.h>

#include "base/errors.hpp"
#include "device/cuda_device.hpp"
#include "device/device_array.hpp"
#include "device/device_executor.hpp"
#include "device/executor_cases.hpp"
#include "device/fake_cuda/fake_cuda.hpp"
#include "device/kernel.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

using device::DeviceArray;
using device::make_cuda_device;

class FakeCuda : public testing::Test {
  protected:
    void SetUp() override { fake_cuda::reset(); }
    void TearDown() override {
        EXPECT_EQ(fake_cuda::n_live_objects(), 0u) << "something has not been given back";
        EXPECT_EQ(fake_cuda::counts().early_releases, 0u);
        fake_cuda::reset();
    }
};

ExecutorFactory on_fake_gpu() {
    return [](const Experiment& experiment, const Network& network, MPI_Comm) {
        return device::make_device_executor(make_cuda_device(0), experiment, network);
    };
}

Experiment short_run() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.3;
    return e;
}

std::string error_of_device() {
    try {
        make_cuda_device(0);
    } catch (const DeviceError& error) {
        return error.what();
    }
    return "none";
}

TEST_F(FakeCuda, PageableMemoryMayChangeAtOnce) {
    const auto gpu = make_cuda_device(0);
    DeviceArray<int> array(*gpu, 2);
    std::vector<int> values{1, 2};
    array.copy_from(values);
    values = {3, 4};
    EXPECT_EQ(array.to_vector(), (std::vector{1, 2}));
}

// The epoch's upload relies on not waiting; the runtime shows what that means.
TEST_F(FakeCuda, PinnedMemoryIsReadWhenTheStreamGetsThere) {
    const auto gpu = make_cuda_device(0);
    DeviceArray<int> array(*gpu, 1);
    device::StagingBuffer staging(*gpu);
    staging.reserve(sizeof(int));
    int& value = *reinterpret_cast<int*>(staging.data());
    value = 1;
    const auto waits = fake_cuda::counts().waits;
    array.copy_from({&value, 1});
    EXPECT_EQ(fake_cuda::counts().waits, waits);
    value = 2;
    EXPECT_EQ(array.to_vector(), std::vector{2});
}

TEST_F(FakeCuda, MemoryIsGivenBackAfterTheWorkOnIt) {
    const auto gpu = make_cuda_device(0);
    DeviceArray<double> result(*gpu, 1);
    {
        DeviceArray<double> other(*gpu, 1000);
        gpu->launch(device::Fill<double>{other.data(), 1.0}, other.size());
        gpu->launch(device::Fill<double>{result.data(), 2.0}, 1);
    }
    EXPECT_EQ(fake_cuda::counts().kernels, 2u);
    EXPECT_EQ(result.to_vector(), std::vector{2.0});
}

TEST_F(FakeCuda, EpochsAreOneGraphEach) {
    const Experiment experiment = short_run();
    ASSERT_EQ(error_of_run(experiment, on_fake_gpu()), "none");
    const auto n_epochs = static_cast<std::uint64_t>(experiment.duration_steps() / 15);
    EXPECT_EQ(fake_cuda::counts().graph_launches, n_epochs);
    EXPECT_GT(fake_cuda::counts().graphs, 0u);
    EXPECT_LT(fake_cuda::counts().graphs, n_epochs / 2);
    // Besides, the host waits once per epoch, and for few other things.
    EXPECT_LT(fake_cuda::counts().waits, n_epochs + 100);
}

TEST_F(FakeCuda, ForgetsSequencesBeyondTheMost) {
    const auto gpu = make_cuda_device(0);
    DeviceArray<double> array(*gpu, 1);
    const auto set = [&](std::uint64_t key) {
        gpu->launch_together({key}, [&] {
            gpu->launch(device::Fill<double>{array.data(), static_cast<double>(key)}, 1);
        });
    };
    for (std::uint64_t key = 0; key < 2 * device::most_sequences; ++key) set(key);
    set(0);
    EXPECT_EQ(array.to_vector(), std::vector{0.0});
    EXPECT_EQ(fake_cuda::counts().graphs, 2 * device::most_sequences + 1);
}

// Device and host memory wherever it can run out: an error that names the problem, nothing left
// behind, and no trace of it in the next run.
TEST_F(FakeCuda, RunsOutOfMemoryAnywhere) {
    for (const auto until : {&fake_cuda::Machine::until_allocation_fails,
                             &fake_cuda::Machine::until_pinned_allocation_fails}) {
        int n = 1;
        for (;; ++n) {
            SCOPED_TRACE(n);
            ASSERT_LT(n, 1000) << "it cannot be done with any amount of memory";
            fake_cuda::machine().*until = n;
            const std::string message = error_of_run(short_run(), on_fake_gpu());
            ASSERT_EQ(fake_cuda::n_live_objects(), 0u);
            if (message == "none") break;
            EXPECT_NE(message.find(until == &fake_cuda::Machine::until_allocation_fails
                                       ? "Fake (GPU 0) is out of memory: "
                                       : "allocating pinned memory failed"),
                      std::string::npos)
                << message;
            fake_cuda::machine().*until = 0;
            const auto gpu = make_cuda_device(0);
            EXPECT_NO_THROW(gpu->launch(device::Fill<double>{nullptr, 0.0}, 1))
                << "the error is still pending";
            fake_cuda::reset();
        }
        EXPECT_GT(n, 2);
        fake_cuda::reset();
    }
}

TEST_F(FakeCuda, SaysBeforehandThatMemoryIsTooSmall) {
    fake_cuda::machine().memory = 10000;
    EXPECT_NE(
        error_of_run(short_run(), on_fake_gpu()).find("on Fake (GPU 0), which has 1 MB free of"),
        std::string::npos);
}

// The memory is taken by the first launch, and would otherwise be missing then.
TEST_F(FakeCuda, CountsTheStacksOfItsThreads) {
    ASSERT_EQ(error_of_run(short_run(), on_fake_gpu()), "none");
    fake_cuda::machine().stack_of_thread = fake_cuda::machine().memory / 2048;
    EXPECT_EQ(make_cuda_device(0)->stack_bytes(), fake_cuda::machine().memory);
    EXPECT_NE(error_of_run(short_run(), on_fake_gpu()).find("part of the network needs"),
              std::string::npos);
}

TEST_F(FakeCuda, KernelsThatCrashEndTheRun) {
    for (const int n : {1, 20, 300}) {
        fake_cuda::machine().until_kernel_crashes = n;
        const std::string message = error_of_run(short_run(), on_fake_gpu());
        EXPECT_NE(message.find("an illegal memory access was encountered"), std::string::npos)
            << message;
        fake_cuda::reset();
    }
}

TEST_F(FakeCuda, MeasuresKernels) {
    const auto gpu = make_cuda_device(0);
    DeviceArray<double> array(*gpu, 1);
    gpu->measure_kernels(true);
    for (int i = 0; i < 3; ++i)
        gpu->launch_together({}, [&] {
            gpu->launch(device::Fill<double>{array.data(), double(i)}, 1);
        });
    EXPECT_EQ(array.to_vector(), std::vector{2.0});
    const auto profile = gpu->profile();
    EXPECT_EQ(profile.at("fill").calls, 3u);
    EXPECT_GE(profile.at("fill").seconds, 0.0);
    EXPECT_EQ(fake_cuda::counts().graphs, 0u);
}

TEST_F(FakeCuda, SaysWhyThereIsNoGpu) {
    fake_cuda::machine().gpus = 0;
    EXPECT_EQ(device::find_cuda_devices().count, 0);
    EXPECT_NE(device::find_cuda_devices().problem.find("no CUDA-capable device is detected"),
              std::string::npos);
    fake_cuda::machine().driver = 11040;
    EXPECT_NE(device::find_cuda_devices().problem.find("too old: it supports CUDA 11.4, and this"),
              std::string::npos);
    fake_cuda::machine().driver = 0;
    EXPECT_NE(device::find_cuda_devices().problem.find("no NVIDIA driver"), std::string::npos);
    fake_cuda::reset();
    EXPECT_EQ(device::find_cuda_devices().count, 1);
    EXPECT_EQ(device::find_cuda_devices().problem, "");
}

TEST_F(FakeCuda, SaysWhyTheGpuCannotBeUsed) {
    fake_cuda::machine().taken = true;
    EXPECT_NE(error_of_device().find("GPU 0 is in use and set up for one process at a time"),
              std::string::npos);
    fake_cuda::reset();
    fake_cuda::machine().no_code = true;
    const std::string message = error_of_device();
    EXPECT_NE(message.find("Fake (GPU 0) has compute capability 9.0"), std::string::npos);
    EXPECT_NE(message.find("-DCMAKE_CUDA_ARCHITECTURES=90"), std::string::npos) << message;
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// The kernels, run over host memory, against the engine of the processor: equal to the last bit,
// in whatever order items and lanes are done. Built with -DENGRAM_SANITIZE=thread, races within a
// kernel are found (the preset sanitize-threads).
#include "device/host_device.hpp"

#include <gtest/gtest.h>

#include "cpu/cpu_executor.hpp"
#include "device/executor_cases.hpp"
#include "device/kernel.hpp"
#include "device/kernels_on_host.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

using device::HostDevice;

class KernelsOnHost : public testing::TestWithParam<ExecutorCase> {};

TEST_P(KernelsOnHost, EqualTheProcessor) {
    expect_equal_to_processor(GetParam(), kernels_on_host(1, HostDevice::Order::forward));
}

TEST_P(KernelsOnHost, InAnotherOrder) {
    expect_equal_to_processor(GetParam(), kernels_on_host(5, HostDevice::Order::backward));
}

TEST_P(KernelsOnHost, OnSeveralThreads) {
    expect_equal_to_processor(GetParam(), kernels_on_host(5, HostDevice::Order::forward, 3));
}

INSTANTIATE_TEST_SUITE_P(Cases, KernelsOnHost, testing::ValuesIn(executor_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(HostDevice, ReportsMembranePotentialThatIsNoNumber) {
    const std::string message = error_of_run(overflowing_network(), make_cpu_executor);
    EXPECT_NE(message.find("not a finite number"), std::string::npos) << message;
    EXPECT_EQ(message,
              error_of_run(overflowing_network(), kernels_on_host(1, HostDevice::Order::forward)));
}

// Else every epoch would cost as many launches as it has kernels.
TEST(DeviceExecutor, KeepsLaunchesFromEpochToEpoch) {
    const Experiment experiment = noisy_learning_network();
    const HostDevice* host = nullptr;
    Simulation simulation(experiment, MPI_COMM_SELF,
                          [&](const Experiment& e, const Network& network, MPI_Comm) {
                              auto device = std::make_unique<HostDevice>();
                              host = device.get();
                              return device::make_device_executor(std::move(device), e, network);
                          });
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);
    const auto n_epochs = static_cast<std::uint64_t>(experiment.duration_steps() / 15);
    EXPECT_GE(host->n_repeats(), n_epochs * 4 / 5);
    EXPECT_LT(host->n_repeats(), n_epochs);
}

TEST(HostDevice, MeasuresKernels) {
    HostDevice device;
    std::vector<double> values(3);
    device.launch(device::Fill<double>{values.data(), 2.5}, values.size());
    EXPECT_EQ(values, std::vector<double>(3, 2.5));
    EXPECT_TRUE(device.profile().empty());
    device.measure_kernels(true);
    for (int i = 0; i < 2; ++i) device.launch(device::Fill<double>{values.data(), 1.0}, 1);
    EXPECT_EQ(values, (std::vector<double>{1.0, 2.5, 2.5}));
    EXPECT_EQ(device.profile().at("fill").calls, 2u);
}

}  // namespace
}  // namespace engram::test

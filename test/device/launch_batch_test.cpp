// SPDX-License-Identifier: Apache-2.0
// Runs that take turns and launch together, against the processor: equal to the last bit.
#include "device/launch_batch.hpp"

#include <gtest/gtest.h>

#include "device/batch_of_cases.hpp"
#include "device/device_array.hpp"
#include "device/host_device.hpp"
#include "device/kernel.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

using device::HostDevice;
using device::LaunchBatch;

// Different steps, lengths, phases, samples and snapshots at once.
TEST(LaunchBatch, DifferentRunsEqualTheProcessor) {
    const auto cases = executor_cases();
    BatchOfCases runs(std::make_unique<HostDevice>());
    runs.run(cases);
    EXPECT_EQ(runs.n_ended(), cases.size());
    EXPECT_LT(runs.batch().n_launches(), runs.batch().n_kernels());
}

TEST(LaunchBatch, RunsOfOneKindShareTheirLaunches) {
    const auto trials = similar_cases(4);
    BatchOfCases runs(std::make_unique<HostDevice>(1, HostDevice::Order::backward));
    runs.run(trials);
    EXPECT_EQ(runs.n_ended(), trials.size());
    EXPECT_LT(runs.batch().n_launches(), runs.batch().n_kernels() / 3.5);
}

TEST(LaunchBatch, WithoutTurnsAMemberWaitsForItself) {
    LaunchBatch batch(std::make_unique<HostDevice>());
    expect_equal_to_processor(executor_cases().front(), [&](const Experiment& experiment,
                                                            const Network& network, MPI_Comm) {
        return device::make_device_executor(batch.make_member(), experiment, network);
    });
    EXPECT_EQ(batch.n_launches(), batch.n_kernels());
}

// What is filled, copied in or released comes after what was launched before.
TEST(LaunchBatch, KeepsTheOrderOfAMember) {
    LaunchBatch batch(std::make_unique<HostDevice>());
    const auto member = batch.make_member();
    device::DeviceArray<double> values(*member, std::vector<double>{1.0, 2.0, 3.0});
    member->launch(device::Fill<double>{values.data(), 5.0}, 3);
    values.copy_from(std::vector<double>{7.0});
    member->launch(device::Fill<double>{values.data() + 1, 6.0}, 1);
    EXPECT_EQ(values.to_vector(), (std::vector<double>{7.0, 6.0, 5.0}));
    member->launch(device::Fill<double>{values.data(), 5.0}, 3);
    values.fill_bytes(0);
    EXPECT_EQ(values.to_vector(), std::vector<double>(3, 0.0));
}

}  // namespace
}  // namespace engram::test

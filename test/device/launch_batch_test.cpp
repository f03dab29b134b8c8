// Runs that take turns and launch together, against the processor: equal to the last bit.
#include "device/launch_batch.hpp"

#include <gtest/gtest.h>

#include "device/device_array.hpp"
#include "device/device_executor.hpp"
#include "device/executor_cases.hpp"
#include "device/host_device.hpp"
#include "device/task_turns.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

using device::HostDevice;
using device::LaunchBatch;
using device::TaskTurns;

// Runs on the host in turns; after it, the batch tells what was launched.
class Turns {
  public:
    explicit Turns(HostDevice::Order order = HostDevice::Order::forward)
        : batch(std::make_unique<HostDevice>(1, order), [this] { turns.wait(); }) {}

    void run(const std::vector<ExecutorCase>& cases) {
        const ExecutorFactory factory = [&](const Experiment& experiment, const Network& network,
                                            MPI_Comm) {
            return std::make_unique<device::DeviceExecutor>(batch.make_member(), experiment,
                                                            network);
        };
        turns.run(
            cases.size(),
            [&](std::size_t i) {
                expect_equal_to_processor(cases[i], factory);
                ++n_ended;
            },
            [&] { batch.run(); });
    }

    TaskTurns turns;
    LaunchBatch batch;
    std::size_t n_ended = 0;
};

// Different steps, lengths, phases, samples and snapshots at once.
TEST(LaunchBatch, DifferentRunsEqualTheProcessor) {
    const auto cases = executor_cases();
    Turns turns;
    turns.run(cases);
    EXPECT_EQ(turns.n_ended, cases.size());
    EXPECT_LT(turns.batch.n_launches(), turns.batch.n_kernels());
}

TEST(LaunchBatch, RunsOfOneKindShareTheirLaunches) {
    std::vector<ExecutorCase> trials;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        trials.push_back({"trial", noisy_learning_network(), 100});
        trials.back().experiment.seed = seed;
        trials.back().experiment.duration_s = 0.3;
    }
    Turns turns(HostDevice::Order::backward);
    turns.run(trials);
    EXPECT_EQ(turns.n_ended, trials.size());
    EXPECT_LT(turns.batch.n_launches(), turns.batch.n_kernels() / 3.5);
}

TEST(LaunchBatch, WithoutTurnsAMemberWaitsForItself) {
    LaunchBatch batch(std::make_unique<HostDevice>());
    expect_equal_to_processor(executor_cases().front(),
                              [&](const Experiment& experiment, const Network& network, MPI_Comm) {
                                  return std::make_unique<device::DeviceExecutor>(
                                      batch.make_member(), experiment, network);
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

// SPDX-License-Identifier: Apache-2.0
// Runs executor cases in turns on one device.
#pragma once

#include "device/device_executor.hpp"
#include "device/executor_cases.hpp"
#include "device/launch_batch.hpp"
#include "device/task_turns.hpp"

namespace engram::test {

class BatchOfCases {
  public:
    explicit BatchOfCases(std::unique_ptr<device::Device> device)
        : batch_(std::move(device), [this] { turns_.wait(); }) {}

    //! Fails the test if one of them differs from the processor.
    void run(const std::vector<ExecutorCase>& cases) {
        const ExecutorFactory factory = [&](const Experiment& experiment, const Network& network,
                                            MPI_Comm) {
            return device::make_device_executor(batch_.make_member(), experiment, network);
        };
        turns_.run(
            cases.size(),
            [&](std::size_t i) {
                expect_equal_to_processor(cases[i], factory);
                ++n_ended_;
            },
            [&] { batch_.run(); });
    }

    std::size_t n_ended() const { return n_ended_; }
    const device::LaunchBatch& batch() const { return batch_; }

  private:
    device::TaskTurns turns_;
    device::LaunchBatch batch_;
    std::size_t n_ended_ = 0;
};

}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// A run on several ranks against the same on one: equal to the last bit.
#include <gtest/gtest.h>

#include "mpi/part_of_network.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Experiment recorded_learning_network() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.7;
    e.record.neurons = {49, 0, 12, 40, 5, 39};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 7;
    e.record.snapshots_s = {0.1246, 0.3438};
    return e;
}

class SeveralRanks : public OnEachExecutor {};

TEST_P(SeveralRanks, EqualOne) {
    expect_ranks_equal_one(recorded_learning_network(), executor(), 500);
}

TEST_P(SeveralRanks, EqualOneWithRateThresholds) {
    Experiment e = recorded_learning_network();
    e.synapses.rate_threshold_p_Hz = 200;
    e.synapses.rate_threshold_d_Hz = 60;
    e.synapses.rate_window_s = 0.1;
    expect_ranks_equal_one(e, executor(), 500);
}

ENGRAM_ON_EACH_EXECUTOR(SeveralRanks);

}  // namespace
}  // namespace engram::test

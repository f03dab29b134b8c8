// SPDX-License-Identifier: Apache-2.0
// Each executor against the dense oracle: spikes exactly, weights and proteins within rounding.
#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

class Oracle : public OnEachExecutor {
  protected:
    void compare(const Experiment& experiment, AtLeast at_least) const {
        compare_with_oracle(experiment, executor(), at_least);
    }
};

TEST_P(Oracle, NoisyLearningAndRecall) {
    compare(noisy_learning_network(), {500, 50});
}

TEST_P(Oracle, OtherSeed) {
    Experiment e = noisy_learning_network();
    e.seed = 123456789012345ULL;
    compare(e, {500, 50});
}

TEST_P(Oracle, DeterministicPlasticity) {
    Experiment e = noisy_learning_network();
    e.synapses.sigma_pl_mV = 0.0;
    compare(e, {500, 50});
}

// An epoch longer than a block and a last block that is shorter than the others.
TEST_P(Oracle, FineStepWithSeveralBlocksPerEpoch) {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    compare(e, {100, 20});
}

// A block, and a window, of 150 steps.
TEST_P(Oracle, StepOfAFiftiethOfAMillisecond) {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.02;
    e.duration_s = 0.3;
    e.stimuli.resize(1);
    compare(e, {100, 20});
}

// An epoch longer than a window: plasticity is decided after each block.
TEST_P(Oracle, EpochThatTakesSeveralWindows) {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.02;
    e.synapses.t_ax_delay_ms = 5.0;
    e.duration_s = 0.3;
    e.stimuli.resize(1);
    compare(e, {100, 20});
}

// The whole block is one step.
TEST_P(Oracle, DelayOfOneStep) {
    Experiment e = noisy_learning_network();
    e.synapses.t_ax_delay_ms = 0.2;
    e.duration_s = 0.5;
    e.stimuli.resize(2);
    compare(e, {100, 20});
}

// The propagator of the membrane has a case of its own.
TEST_P(Oracle, EqualTimeConstantsOfMembraneAndSynapse) {
    Experiment e = noisy_learning_network();
    e.synapses.tau_syn_ms = 10.0;
    e.duration_s = 0.5;
    e.stimuli.resize(2);
    compare(e, {100, 20});
}

ENGRAM_ON_EACH_EXECUTOR(Oracle);

}  // namespace
}  // namespace engram::test

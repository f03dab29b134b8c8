// SPDX-License-Identifier: Apache-2.0
// A run on several ranks against the same on one: equal to the last bit.
#include <gtest/gtest.h>

#include "experiment/conditions.hpp"
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

// Stimulus currents without noise, of all neurons and of some, beside those with noise.
TEST_P(SeveralRanks, EqualOneWithKnownCurrents) {
    Experiment e = recorded_learning_network();
    e.groups.add({"apart", {1, 2, 7, 13, 30, 44, 48}});
    Stimulus rhythm;
    rhythm.name = "rhythm";
    rhythm.scheme = Scheme::sine;
    rhythm.group = std::vector<std::string>{"apart", "recalled"};
    rhythm.start_s = 0.0502;
    rhythm.duration_s = 0.5;
    rhythm.mean_nA = 0.2;
    rhythm.amplitude_nA = 0.9;
    rhythm.frequency_Hz = 21;
    Stimulus still = rhythm;
    still.name = "still";
    still.scheme = Scheme::current;
    still.group = "assembly";
    still.train_s = 0.4;
    still.repeats = 1;
    still.mean_nA = -0.3;
    e.stimuli.push_back(rhythm);
    e.stimuli.push_back(still);
    expect_ranks_equal_one(e, executor(), 500);
}

// Protein that diffuses along cells of one population, and is recorded; through consolidation.
TEST_P(SeveralRanks, EqualOneWithDiffusion) {
    Experiment e = learning_and_recall();
    Morphology morphology;
    morphology.basal_dendrite_um = 2.5;
    morphology.soma_radius_um = 2.0;
    morphology.apical_dendrite_um = 4.0;
    e.neuron.morphology = morphology;
    e.neuron.protein_diffusivity_um2_per_s = 0.7;
    e.record.protein_at_um = {0.0, 3.3};
    expect_ranks_equal_one(e, executor(), 100);
}

// Neuromodulators, pauses of plasticity, a spiking window, a margin, stimuli of several groups and
// a seed of the noise, as configurations give them.
TEST_P(SeveralRanks, EqualOneUnderConditions) {
    Experiment e = learning_and_recall();
    Neuromodulation first, late;
    first.name = "first";
    first.amplitude = 1.5;
    first.start_s = 0.15;
    first.duration_s = 7.0;
    late.name = "late";
    late.amplitude = 4.0;
    late.start_s = 9.0;
    e.neuromodulation = {first, late};
    e.plasticity_off = {{"off", 8.2, 0.5}, {"recall", 17.05, std::nullopt}};
    e.spiking_windows = {{"spontaneous", 8.0, 0.5}};
    e.stimuli[2].margin_before_s = 0.0;
    e.stimuli[1].group = std::vector<std::string>{"recalled", "assembly"};
    e.noise_seed = 3;
    e.changes = condition_changes(e);
    expect_ranks_equal_one(e, executor(), 100);
}

ENGRAM_ON_EACH_EXECUTOR(SeveralRanks);

}  // namespace
}  // namespace engram::test

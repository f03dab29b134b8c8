// SPDX-License-Identifier: Apache-2.0
// Neuromodulation, pauses of plasticity, spiking windows, margins and the seed of the noise as the
// configuration gives them, on each executor, against the dense oracle, which reads them itself.
#include <gtest/gtest.h>

#include <cstdio>

#include "experiment/conditions.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Neuromodulation modulation(const std::string& name, double amplitude, double start_s,
                           std::optional<double> duration_s = std::nullopt) {
    Neuromodulation interval;
    interval.name = name;
    interval.amplitude = amplitude;
    interval.start_s = start_s;
    interval.duration_s = duration_s;
    return interval;
}

// Everything at once: neuromodulators that come and go within learning, consolidation, a spiking
// window and recall; plasticity off across phases; recall without a margin.
Experiment configured_network() {
    Experiment e = both_signs_network();
    e.background = {0.4, 0.15};  // some spikes in the window
    e.neuromodulation = {modulation("late", 4.0, 130.25, 100.0), modulation("first", 1.4, 0.7, 40),
                         modulation("next", 2.0, 40.7, 20.0025), modulation("rest", 1.0, 299.9)};
    e.plasticity_off = {
        {"a", 1.101, 0.2}, {"b", 100.0, 50.5}, {"c", 120.0, 30.25}, {"d", 300.15, 0.05}};
    e.spiking_windows = {{"spontaneous", 149.5, 2.0}, {"more", 151.0, 1.0}};
    e.margin_after_s = 1.5;
    for (std::size_t i : {2u, 3u}) {
        e.stimuli[i].role = StimulusRole::recall;
        e.stimuli[i].margin_before_s = 0.0;
        e.stimuli[i].margin_after_s = 0.02;
    }
    e.record.snapshots_s = {0.75, 150.0, 300.2};
    e.changes = condition_changes(e);
    return e;
}

class ConfiguredConditions : public OnEachExecutor {};

TEST_P(ConfiguredConditions, EqualTheOracle) {
    const Snapshot end =
        compare_with_oracle(configured_network(), executor(), {200, 10, 5, 1, 100});
    // Each of the settings must have an effect, else there is nothing to compare.
    std::vector<Experiment> others(3, configured_network());
    others[0].neuromodulation.reset();
    others[1].plasticity_off.clear();
    others[2].spiking_windows.clear();
    for (Experiment& other : others) {
        other.changes = condition_changes(other);
        const CompleteRun run(other, executor());
        double difference = 0.0;
        for (std::size_t k = 0; k < end.z.size(); ++k)
            difference = std::max(difference, std::fabs(run.sink.snapshots.back().z[k] - end.z[k]));
        EXPECT_GT(difference, 1e-3);
    }
}

TEST_P(ConfiguredConditions, SynthesisNeedsANeuromodulator) {
    Experiment e = configured_network();
    e.neuromodulation.emplace();
    e.changes = condition_changes(e);
    DenseSimulator oracle(e);
    oracle.run();
    const CompleteRun run(e, executor());
    compare_spikes(run.sink.spikes, oracle.spikes());
    compare_final_state(run, e, oracle);
    EXPECT_GT(run.sink.spikes.size(), 200u);
    for (const double z : run.sink.snapshots.back().z) EXPECT_EQ(z, 0.0);
}

TEST_P(ConfiguredConditions, PhasesWithoutMargins) {
    Experiment e = both_signs_network();
    e.margin_before_s = e.margin_after_s = 0.0;
    e.stimuli.erase(e.stimuli.begin() + 3);
    const CompleteRun run(e, executor());
    const std::vector<Phase>& phases = run.simulation.schedule().phases;
    ASSERT_EQ(phases.size(), 4u);
    EXPECT_EQ(phases[2].begin, 600000);
    compare_with_oracle(e, executor(), {200, 10, 5, 1, 50});
}

TEST_P(ConfiguredConditions, NoiseHasASeedOfItsOwn) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    const CompleteRun plain(e, executor());
    e.noise_seed = e.seed;
    expect_same_results(plain.sink, CompleteRun(e, executor()).sink);
    e.noise_seed = 12;
    compare_with_oracle(e, executor(), {300, 50});
    const CompleteRun other(e, executor());
    EXPECT_NE(plain.sink.spikes, other.sink.spikes);
    EXPECT_EQ(plain.simulation.network().plastic().targets().size(),
              other.simulation.network().plastic().targets().size());
    // What is random depends on this seed alone, once there is a network.
    e.connectivity.probability = 1.0;
    const CompleteRun dense(e, executor());
    e.seed = 99;
    expect_same_results(dense.sink, CompleteRun(e, executor()).sink);
}

TEST_P(ConfiguredConditions, ReceiversOfSeveralGroupsAreTheUnion) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    e.stimuli[0].group = std::vector<std::string>{"recalled", "assembly"};
    e.stimuli[1].group = "both";
    e.groups.add({"both", {1, 3, 5, 44}});
    e.stimuli.push_back(forced_spikes("unused"));
    e.stimuli.back().group = std::vector<std::string>{"recalled", "both"};
    const Snapshot end = compare_with_oracle(e, executor(), {300, 50});
    Experiment named = e;
    named.groups.add({"first", e.receivers(e.stimuli[0])});
    named.groups.add({"last", {1, 3, 4, 5, 6, 7, 8, 44}});
    named.stimuli[0].group = "first";
    named.stimuli.back().group = "last";
    EXPECT_EQ(named.group("first").ids.size(), 12u);
    expect_same_results(CompleteRun(e, executor()).sink, CompleteRun(named, executor()).sink);
}

// Within an interval of a phase, and in the middle of consolidation.
TEST_P(ConfiguredConditions, GoOnFromACheckpoint) {
    Experiment e = configured_network();
    e.dt_fast_forward_s = 3.0;
    const CompleteRun whole(e, executor());
    for (const double stop_s : {0.9, 45.0, 125.0, 140.0, 150.3, 300.17}) {
        SCOPED_TRACE(stop_s);
        MemoryCheckpoint checkpoint(e.steps_from_s(stop_s));
        MemorySink sink;
        ProgressListener progress;
        Simulation begun(e, MPI_COMM_SELF, executor());
        begun.run(sink, progress, &checkpoint);
        Simulation resumed(e, MPI_COMM_SELF, executor());
        checkpoint.restore(resumed);
        resumed.run(sink, progress);
        EXPECT_EQ(sink.spikes, whole.sink.spikes);
        expect_same_bits(sink.snapshots.back().h_mV, whole.sink.snapshots.back().h_mV, "h");
        expect_same_bits(sink.snapshots.back().z, whole.sink.snapshots.back().z, "z");
    }
}

ENGRAM_ON_EACH_EXECUTOR(ConfiguredConditions);

// A neuromodulator that comes 200 s after a strong tetanus and stays for 300 s, solved in closed
// form and step by step. The latter decides synthesis every 15 ms, and tags too: the same
// difference as in DecisionError.
TEST(ConfiguredConditionsSolved, EqualTheStepsFromOneDecisionToTheNext) {
    Experiment e;
    e.duration_s = 900.0;
    e.populations = {4, 0};
    e.connectivity.file = ENGRAM_SOURCE_DIR "/configs/connections_smallnet2.txt";
    e.background = {0.0, 0.0};
    e.synapses.ca_pre = 1.0;
    e.synapses.ca_post = 0.2758;
    e.synapses.sigma_pl_mV = 0.0;
    e.groups = {group_of("stimulated", 0, 1)};
    for (const double begin_s : {1.0, 31.0, 61.0})
        e.stimuli.push_back(regular_spikes("stimulated", 10.0, begin_s, begin_s + 1.0));
    e.neuromodulation = {modulation("late", 4.0, 261.002, 300.0)};
    e.synapses.tau_p_s = e.synapses.tau_z_s = 300.0;
    e.output_directory = "unused";
    e.changes = condition_changes(e);
    const CompleteRun solved(e);
    e.fast_forward = FastForward::off;
    const CompleteRun stepped(e);
    ASSERT_EQ(solved.simulation.schedule().phases.back().kind, PhaseKind::consolidation);
    EXPECT_EQ(solved.sink.spikes, stepped.sink.spikes);
    const Snapshot& a = solved.sink.snapshots.back();
    const Snapshot& b = stepped.sink.snapshots.back();
    ASSERT_EQ(a.z.size(), b.z.size());
    double h_mV = 0, z = 0, largest_z = 0;
    for (std::size_t k = 0; k < a.z.size(); ++k) {
        h_mV = std::max(h_mV, std::fabs(a.h_mV[k] - b.h_mV[k]));
        z = std::max(z, std::fabs(a.z[k] - b.z[k]));
        largest_z = std::max(largest_z, std::fabs(a.z[k]));
    }
    double protein = 0;
    for (std::size_t j = 0; j < 4; ++j)
        protein = std::max(protein, std::fabs(solved.simulation.executor().protein()[j] -
                                              stepped.simulation.executor().protein()[j]));
    std::printf("  differences: h %.1e mV, z %.1e of %.3f, p %.1e umol/l\n", h_mV, z, largest_z,
                protein);
    EXPECT_GT(largest_z, 0.1);
    EXPECT_LT(h_mV, 1e-9);
    EXPECT_LT(z, 1e-9);
    EXPECT_LT(protein, 1e-9);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Thresholds of synthesis and pauses of plasticity that change during a run, on each executor,
// against the dense oracle.
#include <gtest/gtest.h>

#include "experiment/conditions.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

constexpr double never = 1e3;  // no sum of changes reaches it [mV]

class ConditionsOracle : public OnEachExecutor {
  protected:
    // The changes must have an effect, else there is nothing to compare.
    void compare_changed(Experiment experiment, std::vector<ConditionChange> changes,
                         AtLeast at_least) const {
        const CompleteRun unchanged(experiment, executor());
        experiment.changes = std::move(changes);
        const Snapshot changed = compare_with_oracle(experiment, executor(), at_least);
        const std::vector<double>& z = unchanged.sink.snapshots.back().z;
        double difference = 0.0;
        for (std::size_t k = 0; k < z.size(); ++k)
            difference = std::max(difference, std::fabs(changed.z[k] - z[k]));
        EXPECT_GT(difference, 0.01);
    }
};

// Epochs of these networks have 6 steps of 0.5 ms; step 1400 lies within one.
TEST_P(ConditionsOracle, SynthesisBeginsWithinABlock) {
    Experiment e = both_signs_learning();
    e.synapses.theta_pro_mV = never;
    compare_changed(e, {{0.7, 3.0}, {1.2, 6.0}, {1.3, never}}, {200, 10, 5, 1, 15});
}

TEST_P(ConditionsOracle, SynthesisBeginsWithinAConsolidation) {
    Experiment e = both_signs_network();
    e.synapses.theta_pro_mV = never;
    compare_changed(e, {{60.0, 4.0}, {110.0, never}, {130.25, 1.0}, {299.999, 3.0}},
                    {200, 10, 5, 1, 150});
}

TEST_P(ConditionsOracle, OfAllPoolsBeginWithinAConsolidation) {
    for (const ProteinPools pools : {ProteinPools::p_and_d, ProteinPools::p_c_and_d}) {
        Experiment e = both_signs_network();
        e.synapses.protein_pools = pools;
        e.synapses.z_max = 5.0;
        e.synapses.theta_pro_mV = never;
        compare_changed(e, {{0.7, 3.0}, {1.2, never}, {60.0, 2.0}, {110.0, never}, {130.25, 0.5}},
                        {200, 10, 5, 1, 150});
    }
}

BackgroundChange background_change(const char* name, double start_s, double duration_s,
                                   const GroupNames& group, double mean_nA, double sigma_wn) {
    BackgroundChange one;
    one.name = name;
    one.start_s = start_s;
    one.duration_s = duration_s;
    one.group = group;
    one.mean_nA = mean_nA;
    one.sigma_wn_nA_sqrt_s = sigma_wn;
    return one;
}

// Off, without noise, with more noise, of one population or both; within blocks, from the first
// step of an epoch, over phases and within a consolidation.
TEST_P(ConditionsOracle, BackgroundsOfPopulations) {
    Experiment e = learning_and_recall();
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3), group_of("exc", 0, 12),
                group_of("inh", 12, 3)};
    const GroupNames exc("exc"), inh("inh"), both(std::vector<std::string>{"exc", "inh"});
    e.background_changes = {background_change("off", 0.0514, 0.103, exc, 0.0, 0.0),
                            background_change("strong", 0.3, 0.3, both, 1.5, 0.1),
                            background_change("mean", 0.6, 0.0998, inh, 1.6, 0.0),
                            background_change("long", 4.0, 10.0, inh, 0.5, 0.2),
                            background_change("short", 17.1, 0.0002, exc, 30.0, 1.0)};
    const CompleteRun unchanged(e, executor());
    e.changes = condition_changes(e);
    ASSERT_EQ(e.changes.size(), 9u);
    compare_with_oracle(e, executor(), {200, 10, 5, 0, 150});
    const CompleteRun changed(e, executor());
    EXPECT_GT(changed.sink.spikes.size(), unchanged.sink.spikes.size() + 20);
}

// Neurons next to each other and apart, parts of both populations, groups that overlap at other
// times, and one part beside another and beside all of the other population.
TEST_P(ConditionsOracle, BackgroundsOfPartsOfPopulations) {
    Experiment e = learning_and_recall();
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3), group_of("inh", 12, 3),
                Group{"apart", {1, 4, 5, 9, 11}}, Group{"others", {3, 6, 7, 13}}};
    const GroupNames assembly("assembly"), apart("apart"), others("others"), inh("inh"),
        several(std::vector<std::string>{"apart", "others"});
    e.background_changes = {background_change("off", 0.0514, 0.103, assembly, 0.0, 0.0),
                            background_change("strong", 0.2, 0.3, apart, 1.6, 0.1),
                            background_change("beside", 0.3004, 0.3, others, 1.5, 0.0),
                            background_change("mean", 0.7, 0.0998, inh, 1.6, 0.0),
                            background_change("while", 0.7302, 0.1, assembly, 1.4, 0.05),
                            background_change("long", 4.0, 10.0, several, 0.5, 0.2),
                            background_change("short", 17.1, 0.0002, several, 30.0, 1.0)};
    const CompleteRun unchanged(e, executor());
    e.changes = condition_changes(e);
    ASSERT_EQ(e.changes.size(), 14u);
    compare_with_oracle(e, executor(), {200, 10, 5, 0, 150});
    const CompleteRun changed(e, executor());
    EXPECT_GT(changed.sink.spikes.size(), unchanged.sink.spikes.size() + 20);
}

// A part of which nothing remains is the population, to the bit.
TEST_P(ConditionsOracle, PartsThatAreAllOfAPopulation) {
    Experiment whole = noisy_learning_network();
    whole.duration_s = 0.6;
    whole.groups.add(group_of("exc", 0, 40));
    whole.groups.add(group_of("odd", 0, 13));
    whole.groups.add(group_of("rest", 13, 27));
    Experiment parts = whole;
    whole.background_changes = {background_change("a", 0.1504, 0.2, "exc", 1.0, 0.1)};
    parts.background_changes = {background_change("a", 0.1504, 0.2, "odd", 1.0, 0.1),
                                background_change("b", 0.1504, 0.2, "rest", 1.0, 0.1)};
    for (Experiment* e : {&whole, &parts}) e->changes = condition_changes(*e);
    const CompleteRun a(whole, executor());
    const CompleteRun b(parts, executor());
    expect_same_results(a.sink, b.sink);
    Experiment one = parts;
    one.background_changes.pop_back();
    one.changes = condition_changes(one);
    EXPECT_NE(CompleteRun(one, executor()).sink.spikes, a.sink.spikes);
}

// Off for two steps within an epoch, over the boundary of two, and from the first step of one.
TEST_P(ConditionsOracle, PlasticityPausesWithinAnEpoch) {
    std::vector<ConditionChange> changes;
    for (const Step off : {401, 800, 1003, 1199, 1406, 1800, 2405}) {
        changes.push_back({static_cast<double>(off) * 0.0005, {}, false});
        changes.push_back({static_cast<double>(off + 2) * 0.0005, {}, true});
    }
    Experiment e = both_signs_learning();
    e.changes = changes;
    compare_with_oracle(e, executor(), {200, 10, 5, 1, 15});
}

TEST_P(ConditionsOracle, PlasticityPausesOverEpochs) {
    compare_changed(both_signs_learning(),
                    {{0.0, {}, false}, {0.2005, {}, true}, {0.5, {}, false}, {0.9, {}, true}},
                    {200, 10, 5, 1, 15});
}

// With changes of the threshold that a pause hides, and one that comes with its end.
TEST_P(ConditionsOracle, ThresholdChangesDuringAPause) {
    compare_changed(
        both_signs_learning(),
        {{0.5, never, false}, {0.6, 0.1}, {0.7, 8.0, true}, {0.9, {}, false}, {1.0, 3.0, true}},
        {200, 10, 5, 1, 15});
}

// Late phases of 0.5 s are folded every 2.5 s, whatever the clock that this is measured by.
TEST_P(ConditionsOracle, PlasticityPausesOverAFold) {
    Experiment e = both_signs_learning();
    e.duration_s = 8.0;
    e.stimuli.push_back(regular_spikes("fast", 4.0, 2.0, 2.3));
    e.stimuli.push_back(regular_spikes("slow", 18.0, 4.5, 5.5));
    e.stimuli.push_back(regular_spikes("fast", 4.0, 7.5, 7.7));
    compare_changed(e, {{1.0, {}, false}, {3.8, {}, true}, {4.9, {}, false}, {7.4, {}, true}},
                    {200, 10, 5, 1, 50});
}

TEST_P(ConditionsOracle, PlasticityPausesWithinAConsolidation) {
    compare_changed(both_signs_network(),
                    {{30.0, {}, false},
                     {90.0, {}, true},
                     {100.5, 1.0},
                     {140.0, {}, false},
                     {140.0005, {}, true}},
                    {200, 10, 5, 1, 150});
}

// From learning into consolidation, and from there to the middle of recall.
TEST_P(ConditionsOracle, PlasticityPausesOverPhases) {
    compare_changed(both_signs_network(),
                    {{1.101, {}, false}, {50.0, {}, true}, {200.0, {}, false}, {300.15, {}, true}},
                    {200, 10, 5, 1, 150});
}

TEST_P(ConditionsOracle, PlasticityPausesForAWholePhase) {
    compare_changed(both_signs_network(),
                    {{6.282, 1.0, false}, {295.0, 3.0, true}, {300.1, {}, false}},
                    {200, 10, 5, 0, 150});
}

// A change begins another block, in an epoch of 60 steps.
TEST_P(ConditionsOracle, SeveralBlocksPerEpoch) {
    Experiment e = both_signs_learning();
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.6307;
    e.record.every_steps = 20;
    compare_changed(e, {{0.20105, never}, {0.3021, 3.0}, {0.4, {}, false}, {0.45035, {}, true}},
                    {200, 10, 5, 1, 100});
}

TEST_P(ConditionsOracle, NoisyLearning) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    compare_changed(e, {{0.151, never}, {0.2, {}, false}, {0.351, {}, true}, {0.4014, 2.1}},
                    {300, 50});
}

ENGRAM_ON_EACH_EXECUTOR(ConditionsOracle);

}  // namespace
}  // namespace engram::test

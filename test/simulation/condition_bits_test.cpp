// SPDX-License-Identifier: Apache-2.0
// What changes of conditions leave alone, to the last bit.
#include <gtest/gtest.h>

#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"
#include "simulation/trace_columns.hpp"

namespace engram::test {
namespace {

constexpr ProteinPools all_pools[] = {ProteinPools::common, ProteinPools::p_and_d,
                                      ProteinPools::p_c_and_d};

class ConditionBits : public OnEachExecutor {
  protected:
    // h, z, and what neurons have beside potential and currents.
    static std::vector<double> slow_values(const Experiment& e, const MemorySink& sink,
                                           std::size_t row) {
        const TraceColumns columns(e);
        std::vector<double> values;
        for (std::size_t i = 0; i < e.record.neurons.size(); ++i)
            for (std::size_t c = columns.slow(i); c < columns.neuron(i + 1); ++c)
                values.push_back(sink.at(row, c));
        for (std::size_t i = 0; i < e.record.synapses.size(); ++i)
            for (const SynapseColumn c : {column_h, column_z})
                values.push_back(sink.at(row, columns.synapse(i) + c));
        return values;
    }
    // Of rows from one step to another, all have the same slow values.
    static void expect_still(const Experiment& e, const MemorySink& sink, Step from, Step to,
                             std::size_t at_least) {
        const TraceColumns columns(e);
        std::vector<double> first;
        std::size_t n_rows = 0;
        for (std::size_t row = 0; row < sink.n_rows; ++row) {
            const Step step = columns.step(sink, row);
            if (step < from || step > to) continue;
            SCOPED_TRACE("step " + std::to_string(step));
            const std::vector<double> here = slow_values(e, sink, row);
            if (n_rows++ == 0) first = here;
            expect_same_bits(here, first, "slow value");
            if (testing::Test::HasFailure()) return;
        }
        EXPECT_GE(n_rows, at_least);
    }
};

// At every step without plasticity. Calcium goes on.
TEST_P(ConditionBits, PlasticityIsStillWhilePaused) {
    for (const ProteinPools pools : all_pools) {
        Experiment e = both_signs_learning();
        e.synapses.protein_pools = pools;
        e.record.every_steps = 1;
        e.changes = {{0.7, {}, false}, {0.9, 1.0}, {1.1, {}, true}};
        const CompleteRun run(e, executor());
        expect_still(e, run.sink, 1400, 2199, 800);
        const TraceColumns columns(e);
        std::size_t n_moved = 0;
        for (std::size_t i = 0; i < e.record.synapses.size(); ++i)
            n_moved += run.sink.at(1600, columns.synapse(i) + column_ca) !=
                       run.sink.at(1601, columns.synapse(i) + column_ca);
        EXPECT_GT(n_moved, e.record.synapses.size() / 2) << "some have silent neurons at both ends";
        EXPECT_NE(slow_values(e, run.sink, 2200), slow_values(e, run.sink, 2210));
        EXPECT_NE(slow_values(e, run.sink, 1390), slow_values(e, run.sink, 1400));
    }
}

// Over more than two folds.
TEST_P(ConditionBits, PlasticityIsStillForLong) {
    Experiment e = both_signs_learning();
    e.duration_s = 8.0;
    e.stimuli.push_back(regular_spikes("fast", 4.0, 4.0, 4.3));
    e.record.every_steps = 7;
    e.changes = {{1.0, {}, false}, {7.5, {}, true}};
    const CompleteRun run(e, executor());
    expect_still(e, run.sink, 2000, 15000, 1800);
}

TEST_P(ConditionBits, ConsolidationIsStillWhilePaused) {
    for (const ProteinPools pools : all_pools) {
        Experiment e = both_signs_network();
        e.synapses.protein_pools = pools;
        e.record.snapshots_s = {40.0, 70.0, 100.0, 101.0};
        e.changes = {{40.0, {}, false}, {60.0, 1.0}, {100.0, {}, true}};
        const CompleteRun run(e, executor());
        expect_still(e, run.sink, 80000, 200000, 8);
        const std::vector<Snapshot>& snapshots = run.sink.snapshots;
        ASSERT_EQ(snapshots.size(), 5u);
        for (const std::size_t i : {1u, 2u}) {
            expect_same_bits(snapshots[i].h_mV, snapshots[0].h_mV, "h");
            expect_same_bits(snapshots[i].z, snapshots[0].z, "z");
        }
        EXPECT_NE(snapshots[3].h_mV, snapshots[2].h_mV);
    }
}

TEST_P(ConditionBits, ConsolidationKnowsNoBackground) {
    Experiment e = both_signs_network();
    e.record.snapshots_s = {45.0, 60.0, 100.0};
    const CompleteRun plain(e, executor());
    e.changes = {{40.0, {}, {}, 1}, {70.0, {}, {}, 0}};
    expect_same_results(plain.sink, CompleteRun(e, executor()).sink);
}

// Through all phases: weights stay where they were, while spikes are fired.
TEST_P(ConditionBits, WithoutPlasticityFromTheBeginningNothingEverChanges) {
    Experiment e = both_signs_network();
    e.changes = {{0.0, {}, false}};
    const CompleteRun run(e, executor());
    EXPECT_GT(run.sink.spikes.size(), 200u);
    for (const double h : run.sink.snapshots.back().h_mV) EXPECT_EQ(h, e.synapses.h_0_mV);
    for (const double z : run.sink.snapshots.back().z) EXPECT_EQ(z, 0.0);
    for (const double p : run.simulation.executor().protein()) EXPECT_EQ(p, 0.0);
}

TEST_P(ConditionBits, WhatHoldsAlreadyIsNoChange) {
    Experiment e = both_signs_network();
    const CompleteRun plain(e, executor());
    e.changes = {{0.0, 3.0}, {0.7, 3.0, true}, {0.9005, {}, true}, {50.0, 3.0}, {300.1, 3.0}};
    expect_same_results(plain.sink, CompleteRun(e, executor()).sink);
    // At the same step the last one counts.
    e.changes = {{0.0, 1.0, false}, {0.0, 3.0, true}};
    expect_same_results(plain.sink, CompleteRun(e, executor()).sink);
    // What begins after the run does not count.
    e.changes = {{300.4, {}, false}, {400.0, 1.0}};
    expect_same_results(plain.sink, CompleteRun(e, executor()).sink);
}

TEST_P(ConditionBits, EarlierSpikesDoNotKnowOfAChange) {
    Experiment e = both_signs_learning();
    const CompleteRun plain(e, executor());
    e.changes = {{0.701, {}, false}};
    const CompleteRun changed(e, executor());
    const auto before = [](const MemorySink& sink) {
        std::vector<SpikeEvent> spikes = sink.spikes;
        std::erase_if(spikes, [](const SpikeEvent& spike) { return spike.step >= 1402; });
        return spikes;
    };
    EXPECT_GT(before(plain.sink).size(), 100u);
    EXPECT_EQ(before(changed.sink), before(plain.sink));
    EXPECT_NE(changed.sink.snapshots.back().h_mV, plain.sink.snapshots.back().h_mV);
}

// Cut blocks draw no noise of neurons anew: potentials without spikes, with a noisy stimulus.
TEST_P(ConditionBits, NoiseOfNeuronsDoesNotKnowOfAChange) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.25;
    e.stimuli.resize(1);
    e.neuron.v_th_mV = 1e5;
    e.record.neurons = {0, 5, 12, 39, 40, 49};
    e.record.every_steps = 1;
    const CompleteRun plain(e, executor());
    EXPECT_TRUE(plain.sink.spikes.empty());
    e.changes = {{0.1502, 1.0}, {0.1514, {}, false}, {0.1516, {}, true}, {0.1606, {}, false}};
    const CompleteRun changed(e, executor());
    // Neurons go step by step through a block that is cut: that rounds otherwise.
    ASSERT_EQ(changed.sink.rows.size(), plain.sink.rows.size());
    for (std::size_t i = 0; i < plain.sink.rows.size(); ++i)
        ASSERT_NEAR(changed.sink.rows[i], plain.sink.rows[i], 1e-10) << i;
}

ENGRAM_ON_EACH_EXECUTOR(ConditionBits);

struct Stop {
    const char* name;
    double time_s;
    double latest_s;
    bool across = false;  //!< goes on elsewhere than where it began
};
void PrintTo(const Stop& stop, std::ostream* stream) {
    *stream << stop.name << (stop.across ? "Across" : "");
}

// Pauses within learning, within the consolidation from 5.4 to 12 s, over the beginning of the
// second phase of spikes and within recall.
class ConditionsCheckpoint : public testing::TestWithParam<Stop> {
  protected:
    static Experiment experiment() {
        Experiment e = learning_and_recall();
        e.dt_fast_forward_s = 0.001;  // samples are handed out, and the run can stop, every second
        e.synapses.protein_pools = ProteinPools::p_c_and_d;
        e.changes = {{0.151, 1.0, false}, {0.2714, {}, true}, {6.0, 1e3},
                     {7.0, {}, false},    {8.5, 1.0, true},   {11.0, {}, false},
                     {13.0014, {}, true}, {17.03, {}, false}, {17.0902, 2.0, true}};
        return e;
    }
    struct Results {
        MemorySink sink;
        std::vector<double> protein;
    };
    static Results results_of(const CompleteRun& run) {
        return {run.sink, run.simulation.executor().protein()};
    }
    static const Results& uninterrupted() {
        static const Results results = results_of(CompleteRun(experiment()));
        return results;
    }
};

TEST_P(ConditionsCheckpoint, RestoredRunEndsAsTheUninterruptedOne) {
    const Experiment e = experiment();
    const NamedExecutor other = GetParam().across ? kernels() : processor();
    MemoryCheckpoint checkpoint(e.steps_from_s(GetParam().time_s));
    MemorySink sink;
    ProgressListener progress;
    Simulation begun(e, MPI_COMM_SELF, make_cpu_executor);
    ASSERT_EQ(begun.run(sink, progress, &checkpoint), RunOutcome::stopped);
    const double stopped_s = static_cast<double>(checkpoint.position().step) * e.dt_ms / 1000.0;
    EXPECT_GE(stopped_s, GetParam().time_s - 1e-9);
    EXPECT_LE(stopped_s, GetParam().latest_s);
    Simulation resumed(e, MPI_COMM_SELF, other.make);
    checkpoint.restore(resumed);
    ASSERT_EQ(resumed.run(sink, progress), RunOutcome::completed);
    expect_same_results(sink, uninterrupted().sink);
    expect_same_bits(resumed.executor().protein(), uninterrupted().protein, "protein");
}

std::vector<Stop> stops() {
    std::vector<Stop> stops = {{"PausedWithinLearning", 0.2, 0.21},
                               {"AfterAPauseWithinLearning", 0.31, 0.32},
                               {"EndOfLearning", 5.4, 5.4},
                               {"PausedWithinConsolidation", 7.0, 8.4},
                               {"AfterAPauseWithinConsolidation", 8.5, 10.9},
                               {"EndOfConsolidation", 12.0, 12.0},
                               {"PausedAfterConsolidation", 12.5, 12.51},
                               {"PausedWithinRecall", 17.05, 17.06}};
    for (std::size_t i = 0, n = stops.size(); i < n; ++i) {
        stops.push_back(stops[i]);
        stops.back().across = true;
    }
    return stops;
}

INSTANTIATE_TEST_SUITE_P(Stops, ConditionsCheckpoint, testing::ValuesIn(stops()),
                         [](const auto& info) {
                             return std::string(info.param.name) +
                                    (info.param.across ? "_AcrossToKernels" : "");
                         });

}  // namespace
}  // namespace engram::test

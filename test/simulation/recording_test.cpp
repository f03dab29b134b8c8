// SPDX-License-Identifier: Apache-2.0
// Recording shows a run without changing it.
#include <gtest/gtest.h>

#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

void expect_same_course(const CompleteRun& a, const CompleteRun& b) {
    EXPECT_EQ(a.sink.spikes, b.sink.spikes);
    EXPECT_EQ(a.sink.snapshots.back().h_mV, b.sink.snapshots.back().h_mV);
    EXPECT_EQ(a.sink.snapshots.back().z, b.sink.snapshots.back().z);
    EXPECT_EQ(a.simulation.executor().protein(), b.simulation.executor().protein());
}

// Odd times: within a block, at its boundary, twice within one block, in the silent end.
Experiment recorded_network() {
    Experiment e = noisy_learning_network();
    e.record.snapshots_s = {0.0, 0.0002, 0.1246, 0.126, 0.1814, 0.182, 0.3, 0.3438, 0.9994, 1.1998};
    e.record.neurons = {0, 5, 12, 39, 40, 49};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 1;
    return e;
}

TEST(Recording, ChangesNoBit) {
    const CompleteRun plain(noisy_learning_network());
    EXPECT_GT(plain.sink.spikes.size(), 500u);
    for (const Step every : {1, 7}) {
        Experiment e = recorded_network();
        e.record.every_steps = every;
        expect_same_course(plain, CompleteRun(e));
    }
    Experiment snapshots_only = noisy_learning_network();
    snapshots_only.record.snapshots_s = recorded_network().record.snapshots_s;
    expect_same_course(plain, CompleteRun(snapshots_only));
}

// A sample is the same whatever else is sampled.
TEST(Recording, ValuesDoNotDependOnTheInterval) {
    Experiment e = recorded_network();
    e.duration_s = 0.4;
    e.stimuli.resize(2);
    e.record.snapshots_s.clear();
    const CompleteRun fine(e);
    e.record.every_steps = 7;
    const CompleteRun coarse(e);
    const std::size_t width = fine.sink.rows.size() / fine.sink.n_rows;
    ASSERT_EQ(coarse.sink.n_rows, (fine.sink.n_rows + 6) / 7);
    for (std::size_t row = 0; row < coarse.sink.n_rows; ++row)
        for (std::size_t column = 0; column < width; ++column)
            ASSERT_EQ(coarse.sink.at(row, column), fine.sink.at(7 * row, column))
                << row << ' ' << column;
}

// The values of a column of one recording, row by row.
std::vector<double> column(const MemorySink::Rows& rows, std::size_t place) {
    std::vector<double> values;
    const std::size_t width = rows.n == 0 ? 0 : rows.values.size() / rows.n;
    for (std::size_t row = 0; row < rows.n; ++row)
        values.push_back(rows.values.at(row * width + place));
    return values;
}

class SeveralRecordings : public OnEachExecutor {};
ENGRAM_ON_EACH_EXECUTOR(SeveralRecordings);

// Each has the samples that it has alone, whatever the others have: its times, in spiking phases
// and in consolidation, its neurons, synapses and variables.
TEST_P(SeveralRecordings, AreThoseOfOneEach) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    e.stimuli.resize(2);
    e.record = {};
    e.fast_forward = FastForward::automatic;
    e.margin_before_s = e.margin_after_s = 0;
    e.dt_fast_forward_s = 0.05;
    TraceRecording own;
    own.neurons = {7, 41};
    own.every_steps = 11;
    TraceRecording fast;
    fast.neurons = {41, 0, 12};
    fast.synapses = {plastic_synapses(e).at(3)};
    fast.every_steps = 1;
    fast.from_s = 0.1;
    fast.to_s = 0.2;
    TraceRecording slow;
    slow.neurons = {12};
    slow.synapses = plastic_synapses(e);
    slow.every_steps = 100;

    std::vector<MemorySink::Rows> alone;
    for (const TraceRecording& one : {own, fast, slow}) {
        Experiment single = e;
        static_cast<TraceRecording&>(single.record) = one;
        const CompleteRun run(single, executor());
        ASSERT_GT(run.sink.n_rows, 5u);
        alone.push_back({run.sink.rows, run.sink.n_rows});
    }
    static_cast<TraceRecording&>(e.record) = own;
    fast.name = "fast";
    slow.name = "slow";
    e.record.named = {fast, slow};
    const CompleteRun all(e, executor());
    expect_same_bits(all.sink.rows, alone[0].values, "own");
    ASSERT_EQ(all.sink.named.size(), 2u);
    expect_same_bits(all.sink.named[0].values, alone[1].values, "fast");
    expect_same_bits(all.sink.named[1].values, alone[2].values, "slow");

    // Of neurons the second variable and the fourth, of synapses the last.
    e.record.named[0].variables = {"z", "I_total_nA", "I_bg_nA"};
    const CompleteRun some(e, executor());
    const MemorySink::Rows& kept = some.sink.named.at(0);
    ASSERT_EQ(kept.n, alone[1].n);
    ASSERT_EQ(kept.values.size(), kept.n * (1 + 3 * 2 + 1));
    for (const auto& [place, of_all] : {std::pair{0u, std::size_t{0}},
                                        {1u, 1 + column_i_total},
                                        {2u, 1 + column_i_bg},
                                        {3u, 1 + neuron_columns + column_i_total},
                                        {6u, 1 + 2 * neuron_columns + column_i_bg},
                                        {7u, 1 + 3 * neuron_columns + column_z}})
        expect_same_bits(column(kept, place), column(alone[1], of_all), "kept");
    expect_same_bits(some.sink.named.at(1).values, alone[2].values, "slow beside kept");
}

// Spiking, and between its phases: the samples of a part of the run are those of the whole.
TEST(Recording, ATimeOfTheRunAlone) {
    Experiment e = recorded_network();
    e.record.snapshots_s.clear();
    e.fast_forward = FastForward::automatic;
    e.margin_before_s = e.margin_after_s = 0;
    e.dt_fast_forward_s = 0.05;
    e.record.every_steps = 7;
    const CompleteRun whole(e);
    for (const auto& [from_s, to_s] : {std::pair{0.0, 0.25}, {0.1, 0.6}, {0.31, 5.0}, {0.2, 0.2}}) {
        e.record.from_s = from_s;
        e.record.to_s = to_s;
        const CompleteRun part(e);
        expect_same_course(whole, part);
        std::size_t n = 0;
        for (std::size_t row = 0; row < whole.sink.n_rows; ++row) {
            const double time_s = whole.sink.at(row, 0) / 1000;
            if (time_s < from_s - 1e-9 || time_s > to_s + 1e-9) continue;
            const std::size_t width = whole.sink.rows.size() / whole.sink.n_rows;
            ASSERT_LT(n, part.sink.n_rows);
            for (std::size_t column = 0; column < width; ++column)
                ASSERT_EQ(part.sink.at(n, column), whole.sink.at(row, column)) << row;
            ++n;
        }
        EXPECT_EQ(n, part.sink.n_rows) << from_s;
    }
}

TEST(Recording, TracesAgreeWithSnapshots) {
    const Experiment e = recorded_network();
    const CompleteRun run(e);
    const Network& network = run.simulation.network();
    ASSERT_EQ(run.sink.snapshots.size(), e.record.snapshots_s.size() + 1);
    ASSERT_EQ(run.sink.n_rows, static_cast<std::size_t>(e.duration_steps()));
    std::size_t away_from_rest = 0;
    for (std::size_t i = 0; i < e.record.snapshots_s.size(); ++i) {
        const Snapshot& snapshot = run.sink.snapshots[i];
        EXPECT_EQ(snapshot.step, e.steps_from_s(e.record.snapshots_s[i]));
        const auto row = static_cast<std::size_t>(snapshot.step);
        EXPECT_NEAR(run.sink.at(row, 0), static_cast<double>(snapshot.step) * e.dt_ms, 1e-9);
        for (std::size_t q = 0; q < e.record.synapses.size(); ++q) {
            const RecordedSynapse& synapse = e.record.synapses[q];
            const SynapseIndex k =
                network.plastic().find(synapse.pre, network.partition().local_index(synapse.post));
            const std::size_t column =
                1 + neuron_columns * e.record.neurons.size() + synapse_columns * q;
            ASSERT_EQ(snapshot.h_mV[k], run.sink.at(row, column + column_h)) << i << ' ' << q;
            ASSERT_EQ(snapshot.z[k], run.sink.at(row, column + column_z)) << i << ' ' << q;
            away_from_rest += std::fabs(snapshot.h_mV[k] - e.synapses.h_0_mV) > 0.1;
        }
    }
    EXPECT_GT(away_from_rest, 1000u);
}

// The zone that the recorded calcium implies must explain each recorded step of h.
TEST(Recording, WeightStepsFollowFromCalcium) {
    Experiment e = recorded_network();
    e.synapses.sigma_pl_mV = 0.0;
    const CompleteRun run(e);
    const model::EarlyPhase early(e.synapses, e.dt_ms);
    std::size_t n_zone[3] = {};
    for (std::size_t row = 0; row + 1 < run.sink.n_rows; ++row)
        for (std::size_t q = 0; q < e.record.synapses.size(); q += 5) {
            const std::size_t column =
                1 + neuron_columns * e.record.neurons.size() + synapse_columns * q;
            const model::Zone zone = early.zone(run.sink.at(row, column + column_ca));
            const double h = run.sink.at(row, column + column_h);
            // Without noise a bridge is the relaxation from the start of its interval.
            ASSERT_NEAR(run.sink.at(row + 1, column + column_h), early.advance(h, zone, 1, 0.0),
                        1e-11)
                << "row " << row << " synapse " << q;
            ++n_zone[static_cast<int>(zone)];
        }
    for (const std::size_t n : n_zone) EXPECT_GT(n, 1000u);
}

// A spike shows as the reset potential at its step, and refractory neurons stay there.
TEST(Recording, SpikesShowInThePotential) {
    const Experiment e = recorded_network();
    const CompleteRun run(e);
    std::vector<Step> last(e.populations.size(), -1000);
    for (const SpikeEvent& spike : run.sink.spikes) {
        ASSERT_GE(spike.step - last[spike.neuron], 11) << "at most one spike in 2.2 ms";
        last[spike.neuron] = spike.step;
        for (std::size_t q = 0; q < e.record.neurons.size(); ++q) {
            if (e.record.neurons[q] != spike.neuron) continue;
            for (Step s = spike.step; s <= spike.step + 10 && s < e.duration_steps(); ++s)
                ASSERT_EQ(run.sink.at(static_cast<std::size_t>(s), 1 + neuron_columns * q), -70.0);
        }
    }
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// From phase to phase: weights and proteins go on, fast variables start from rest.
#include <gtest/gtest.h>

#include "base/step_time.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Learning at 1 s, recall at 100 s; spiking 0-6.5 s and 95-105.1 s.
Experiment two_windows() {
    Experiment e = noisy_learning_network();
    e.duration_s = 120;
    e.fast_forward = FastForward::automatic;
    // Published background and no noise: what is learnt keeps its tag for a while.
    e.background = {0.15, 0.05};
    e.synapses.sigma_pl_mV = 0.0;
    e.dt_fast_forward_s = 20;
    e.populations = {12, 3};
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3)};
    e.stimuli.resize(1);
    e.stimuli[0].start_s = 1.0;
    e.stimuli[0].duration_s = 0.5;
    Stimulus recall = e.stimuli[0];
    recall.name = "recall";
    recall.role = StimulusRole::recall;
    recall.group = "recalled";
    recall.start_s = 100.0;
    recall.duration_s = 0.1;
    e.stimuli.push_back(recall);
    // Slow enough for something to be left after 90 s.
    e.synapses.tau_p_s = e.synapses.tau_z_s = 100.0;
    return e;
}

RecordedSynapse synapse_within_assembly(const Experiment& e) {
    RecordedSynapse found{0, 0};
    make_wiring(e)->visit(1, 1, [&](NeuronId post, std::span<const NeuronId> sources) {
        found = {sources.front(), post};
    });
    return found;
}

TEST(Phases, WeightsGoOnWhileFastVariablesRest) {
    Experiment e = two_windows();
    const RecordedSynapse synapse = synapse_within_assembly(e);
    ASSERT_LT(synapse.pre, 6u);
    e.record.neurons = {1};
    e.record.synapses = {synapse};
    e.record.every_steps = 5;
    Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);

    ASSERT_EQ(simulation.schedule().phases.size(), 4u);
    const std::size_t ca = 1 + neuron_columns + column_ca;
    double largest_z = 0;
    for (std::size_t row = 1; row < sink.n_rows; ++row) {
        ASSERT_LT(sink.at(row - 1, 0), sink.at(row, 0)) << "times ascend";
        largest_z = std::max(largest_z, std::fabs(sink.at(row, ca + 2)));
        const double time_ms = sink.at(row, 0);
        bool at_boundary = false;
        for (const Phase& phase : simulation.schedule().phases)
            at_boundary |= phase.begin > 0 &&
                           std::fabs(static_cast<double>(phase.begin) * e.dt_ms - time_ms) < 1e-6;
        if (!at_boundary) continue;
        SCOPED_TRACE(time_ms);
        // One sample is at most 20 s of passive relaxation before.
        const double elapsed_s = (time_ms - sink.at(row - 1, 0)) / 1000.0;
        const double h = sink.at(row - 1, ca + 1) - e.synapses.h_0_mV;
        if (sink.at(row - 1, ca) < e.synapses.theta_d) {
            EXPECT_NEAR(sink.at(row, ca + 1) - e.synapses.h_0_mV,
                        h * std::exp(-0.1 * elapsed_s / e.synapses.tau_h_s), 1e-9);
        }
        EXPECT_NEAR(sink.at(row, ca + 2), sink.at(row - 1, ca + 2), 0.2 * elapsed_s / 20 + 1e-4);
        EXPECT_NEAR(sink.at(row, 1 + column_p), sink.at(row - 1, 1 + column_p),
                    10.0 * elapsed_s / 100 + 1e-4);
        EXPECT_EQ(sink.at(row, 1 + column_v), e.neuron.v_init_mV);
        EXPECT_EQ(sink.at(row, ca), 0.0) << "no calcium";
        EXPECT_EQ(sink.at(row, 1 + column_i_stim), 0.0);
        if (time_ms > 90e3 && time_ms < 100e3) {
            EXPECT_EQ(sink.at(row, 1 + column_i_bg), e.background.mean_nA);
            EXPECT_EQ(sink.at(row, 1 + column_i_total), e.background.mean_nA);
        }
    }
    EXPECT_GT(largest_z, 0.05) << "the late phase must have something to pass on";
}

TEST(Phases, FastForwardStepOnlySetsTheSampling) {
    std::vector<MemorySink> sinks(3);
    const double steps_s[3] = {20.0, 7.3, 1000.0};
    for (int i = 0; i < 3; ++i) {
        Experiment e = two_windows();
        e.dt_fast_forward_s = steps_s[i];
        e.record.neurons = {0};
        e.record.every_steps = 1000;
        Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
        ProgressListener progress;
        simulation.run(sinks[i], progress);
    }
    EXPECT_GT(sinks[0].spikes.size(), 300u);
    for (int i = 1; i < 3; ++i) {
        EXPECT_EQ(sinks[i].spikes, sinks[0].spikes);
        EXPECT_EQ(sinks[i].snapshots.back().h_mV, sinks[0].snapshots.back().h_mV);
        EXPECT_EQ(sinks[i].snapshots.back().z, sinks[0].snapshots.back().z);
        EXPECT_NE(sinks[i].n_rows, sinks[0].n_rows);
    }
}

// Samples of a fast-forward begin with the phase; the end of the run is sampled too, whether it
// lies on their grid or not.
class FastForwardSamples : public OnEachExecutor {};

TEST_P(FastForwardSamples, LastOneIsTheEndOfTheRun) {
    for (const double dt_fast_forward_s : {2.0, 3.7, 1000.0}) {
        SCOPED_TRACE(dt_fast_forward_s);
        Experiment e = two_windows();
        e.stimuli.resize(1);
        e.duration_s = 16.5;  // fast-forward from 6.5 s to the end
        e.dt_fast_forward_s = dt_fast_forward_s;
        const RecordedSynapse synapse = synapse_within_assembly(e);
        e.record.neurons = {synapse.post};
        e.record.synapses = {synapse};
        e.record.every_steps = 1000;
        const CompleteRun run(e, executor());
        const MemorySink& sink = run.sink;

        std::vector<double> times_ms;
        for (std::size_t row = 0; row < sink.n_rows; ++row)
            if (sink.at(row, 0) >= 6500.0) times_ms.push_back(sink.at(row, 0));
        std::vector<double> expected_ms;
        for (int i = 0; i * dt_fast_forward_s < 10.0; ++i)
            expected_ms.push_back(step_time_ms(e.steps_from_s(6.5 + i * dt_fast_forward_s), 0.2));
        expected_ms.push_back(16500.0);
        EXPECT_EQ(times_ms, expected_ms);

        const SynapseIndex k = run.simulation.network().plastic().find(synapse.pre, synapse.post);
        const std::size_t last = sink.n_rows - 1;
        const std::size_t ca = 1 + neuron_columns + column_ca;
        EXPECT_NEAR(sink.at(last, ca + column_h), sink.snapshots.back().h_mV[k], 1e-12);
        EXPECT_NEAR(sink.at(last, ca + column_z), sink.snapshots.back().z[k], 1e-12);
        EXPECT_NEAR(sink.at(last, 1 + column_p), run.simulation.executor().protein()[synapse.post],
                    1e-12);
        EXPECT_GT(std::fabs(sink.snapshots.back().z[k]), 0.01) << "there is something to sample";
    }
}

ENGRAM_ON_EACH_EXECUTOR(FastForwardSamples);

// Eight weeks at 0.1 ms: 4.8e10 steps, far beyond 32 bits.
TEST(Phases, RecallAfterEightWeeks) {
    Experiment e = two_windows();
    e.dt_ms = 0.1;
    const double weeks_s = 8 * 7 * 86400.0;
    e.duration_s = weeks_s;
    e.dt_fast_forward_s = 86400.0;
    e.stimuli[1].start_s = weeks_s - 1.0;
    e.record.neurons = {0};
    e.record.every_steps = 10000;
    Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);
    std::size_t n_recall = 0;
    for (const SpikeEvent& spike : sink.spikes)
        n_recall += spike.neuron < 3 && spike.step >= e.steps_from_s(weeks_s - 1.0) &&
                    spike.step < e.steps_from_s(weeks_s - 0.9);
    EXPECT_NEAR(static_cast<double>(n_recall), 3 * 46, 6) << "a pulse of 0.1 s in three neurons";
    EXPECT_NEAR(sink.at(sink.n_rows - 1, 0), weeks_s * 1000.0, 1001.0);
    for (const double z : sink.snapshots.back().z) {
        EXPECT_GE(z, -0.5);
        EXPECT_LE(z, 1.0);
    }
}

}  // namespace
}  // namespace engram::test

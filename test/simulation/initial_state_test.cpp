// SPDX-License-Identifier: Apache-2.0
// Runs that begin with another state than rest, against the dense oracle and against each other.
#include "simulation/initial_state.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "experiment/conditions.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"
#include "simulation/trace_columns.hpp"

namespace engram::test {
namespace {

// Any weights and amounts that differ from neuron to neuron, of both signs, some without a tag.
double given_h_mV(NeuronId pre, NeuronId post) {
    return 4.20075 + 3.0 * std::sin(1.7 * pre + 0.9 * post);
}
double given_z(NeuronId pre, NeuronId post) {
    return 0.25 + 0.7 * std::cos(2.3 * pre - 1.1 * post);
}
double given_protein(std::size_t pool, NeuronId id) {
    return 0.5 + 0.3 * std::sin(static_cast<double>(pool + 3 * id));
}

void give_state_to(Simulation& simulation) {
    const Network& network = simulation.network();
    const LocalState local = simulation.begin_initial_state();
    const InitialValues values(local, network, simulation.experiment());
    const SynapseTable& table = network.plastic();
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
        for (SynapseIndex k = table.row_begin(pre); k < table.row_end(pre); ++k) {
            const NeuronId post = network.global_id(table.targets()[k]);
            values.set_weights(k, given_h_mV(pre, post), given_z(pre, post));
        }
    const std::size_t n_pools = kept_proteins(simulation.experiment()).size();
    for (std::size_t pool = 0; pool < n_pools; ++pool)
        for (std::uint32_t j = 0; j < network.n_local(); ++j)
            if (network.excitatory()[j] != 0)
                values.set_protein(pool, j, given_protein(pool, network.global_id(j)));
    EXPECT_EQ(values.problem_of_sums(), "");
    simulation.finish_initial_state();
}

void give_state(DenseSimulator& oracle, const Experiment& e) {
    for (NeuronId pre = 0; pre < e.populations.size(); ++pre)
        for (NeuronId post = 0; post < e.populations.size(); ++post)
            if (oracle.plastic(pre, post))
                oracle.begin_with_weights(pre, post, given_h_mV(pre, post), given_z(pre, post));
    const std::vector<DensePool> pools = pools_of(e.synapses);
    for (std::size_t i = 0; i < pools.size(); ++i)
        for (NeuronId id = 0; id < e.populations[0].count; ++id)
            oracle.begin_with_protein(id, pools[i], given_protein(i, id));
}

class InitialStateRun : public OnEachExecutor {
  protected:
    void compare(const Experiment& e, AtLeast at_least) const {
        DenseSimulator oracle(e);
        give_state(oracle, e);
        oracle.run();
        check_that_enough_happened(oracle, e, at_least);
        const CompleteRun run(e, executor(), give_state_to);
        compare_spikes(run.sink.spikes, oracle.spikes());
        compare_final_state(run, e, oracle);
        compare_samples(run, e, oracle);
    }
};

TEST_P(InitialStateRun, LearningFollowsTheOracle) {
    compare(both_signs_learning(), {100, 20});
}

TEST_P(InitialStateRun, ConsolidationAndRecallFollowTheOracle) {
    compare(both_signs_network(), {200, 1});
}

TEST_P(InitialStateRun, SeveralPoolsFollowTheOracle) {
    Experiment e = both_signs_network();
    e.synapses.protein_pools = ProteinPools::p_c_and_d;
    compare(e, {200, 1});
}

// The state stands still from the first step on.
TEST_P(InitialStateRun, PlasticityOffFollowsTheOracle) {
    Experiment e = both_signs_learning();
    e.plasticity_off = {{"all", 0.0, std::nullopt}};
    e.changes = condition_changes(e);
    compare(e, {100, 20});
}

// A run that is stopped and goes on needs no other run: its state is in the checkpoint.
TEST_P(InitialStateRun, ResumesFromItsOwnCheckpoint) {
    const Experiment e = both_signs_learning();
    const CompleteRun whole(e, executor(), give_state_to);
    Simulation first(e, MPI_COMM_SELF, executor());
    give_state_to(first);
    MemorySink sink;
    MemoryCheckpoint checkpoint(e.steps_from_s(0.6));
    ProgressListener progress;
    ASSERT_EQ(first.run(sink, progress, &checkpoint), RunOutcome::stopped);
    run_rest(checkpoint, e, executor(), sink);
    expect_same_results(whole.sink, sink);
}

TEST_P(InitialStateRun, EveryExecutorHasTheBitsOfTheProcessor) {
    const Experiment e = both_signs_network();
    const CompleteRun expected(e, make_cpu_executor, give_state_to);
    const CompleteRun run(e, executor(), give_state_to);
    expect_same_results(expected.sink, run.sink);
}

// In a window, in a consolidation and at the end, of every pool.
TEST_P(InitialStateRun, SnapshotsHaveTheProteinsOfTheTraces) {
    Experiment e = both_signs_network();
    e.synapses.protein_pools = ProteinPools::p_c_and_d;
    e.record.every_steps = 1;
    const Step sampled = make_schedule(e).phases.at(1).begin + e.steps_from_s(140.0);
    e.record.snapshots_s = {0.7, 0.703, step_time_ms(sampled, e.dt_ms) / 1000.0, 300.2};
    e.plasticity_off = {{"off", 300.1, std::nullopt}};
    e.changes = condition_changes(e);
    const CompleteRun run(e, executor(), give_state_to);
    const TraceColumns columns(e);
    const std::size_t n = e.populations.size();
    std::size_t n_compared = 0;
    for (const Snapshot& snapshot : run.sink.snapshots) {
        ASSERT_EQ(snapshot.protein.size(), 3 * n);
        for (std::size_t row = 0; row < run.sink.n_rows; ++row) {
            if (columns.step(run.sink, row) != snapshot.step) continue;
            for (std::size_t id = 0; id < e.populations[0].count; ++id)
                for (std::size_t pool = 0; pool < 3; ++pool)
                    ASSERT_NEAR(snapshot.protein[pool * n + id],
                                run.sink.at(row, columns.slow(id) + 2 + pool), 1e-13)
                        << "pool " << pool << " of neuron " << id << " at step " << snapshot.step;
            ++n_compared;
        }
    }
    EXPECT_EQ(n_compared, 4u);
    expect_same_bits(run.sink.snapshots.back().protein, run.simulation.executor().protein(),
                     "protein at the end");
}

TEST(InitialValues, tell_what_cannot_be) {
    const Experiment e = both_signs_learning();
    Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
    const LocalState local = simulation.begin_initial_state();
    const InitialValues values(local, simulation.network(), e);
    const double nan = std::nan("");
    EXPECT_EQ(values.problem_of_weights(4.2, 1.0), "");
    EXPECT_EQ(values.problem_of_weights(-1.0, -0.5), "");
    EXPECT_NE(values.problem_of_weights(4.2, 1.001), "");
    EXPECT_NE(values.problem_of_weights(4.2, -0.501), "");
    EXPECT_NE(values.problem_of_weights(4.2, nan), "");
    EXPECT_NE(values.problem_of_weights(nan, 0.0), "");
    EXPECT_NE(values.problem_of_weights(1e300, 0.0), "");
    EXPECT_EQ(values.problem_of_protein(0, 10.0), "");
    EXPECT_NE(values.problem_of_protein(0, 10.001), "");
    EXPECT_NE(values.problem_of_protein(0, -1e-9), "");
    EXPECT_NE(values.problem_of_protein(0, nan), "");
    EXPECT_EQ(values.problem_of_sums(), "");
    values.set_weights(0, 4e6, 0.0);
    EXPECT_EQ(values.problem_of_sums(), "");
    values.set_weights(0, 4.2e6, 0.0);
    EXPECT_NE(values.problem_of_sums(), "");
}

ENGRAM_ON_EACH_EXECUTOR(InitialStateRun);

}  // namespace
}  // namespace engram::test

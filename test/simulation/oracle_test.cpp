// The engine against the dense oracle: spikes exactly, weights and proteins within rounding.
#include "oracle/dense_simulator.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cpu/cpu_executor.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Weights are compared relative to h_0; rounding grows with the number of operations.
constexpr double tolerance = 1e-10;

void compare_with_oracle(const Experiment& experiment, std::size_t at_least_spikes,
                         std::size_t at_least_changed) {
    DenseSimulator oracle(experiment);
    oracle.run();

    Simulation simulation(experiment, MPI_COMM_SELF, make_cpu_executor);
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);

    EXPECT_GE(oracle.spikes().size(), at_least_spikes);
    ASSERT_EQ(sink.spikes.size(), oracle.spikes().size());
    for (std::size_t i = 0; i < sink.spikes.size(); ++i) {
        ASSERT_EQ(sink.spikes[i].step, oracle.spikes()[i].step) << "spike " << i;
        ASSERT_EQ(sink.spikes[i].neuron, oracle.spikes()[i].neuron) << "spike " << i;
    }

    const Snapshot& final = sink.snapshots.back();
    const SynapseTable& table = simulation.network().plastic();
    std::size_t changed = 0;
    std::size_t late = 0;
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
        for (SynapseIndex k = table.row_begin(pre); k < table.row_end(pre); ++k) {
            const NeuronId post = simulation.network().global_id(table.targets()[k]);
            ASSERT_NEAR(final.h_mV[k], oracle.h_mV(pre, post), tolerance) << pre << "->" << post;
            ASSERT_NEAR(final.z[k], oracle.z(pre, post), tolerance) << pre << "->" << post;
            changed += std::fabs(final.h_mV[k] - experiment.synapses.h_0_mV) > 0.5;
            late += std::fabs(final.z[k]) > 1e-3;
        }
    EXPECT_GE(changed, at_least_changed);
    if (at_least_changed > 0) {
        EXPECT_GT(late, 0u);
    }
    for (NeuronId id = 0; id < experiment.populations.n_exc; ++id)
        ASSERT_NEAR(simulation.executor().protein()[id], oracle.protein(id), tolerance) << id;
}

TEST(Oracle, NoisyLearningAndRecall) {
    compare_with_oracle(noisy_learning_network(), 500, 50);
}

TEST(Oracle, OtherSeed) {
    Experiment e = noisy_learning_network();
    e.seed = 123456789012345ULL;
    compare_with_oracle(e, 500, 50);
}

TEST(Oracle, DeterministicPlasticity) {
    Experiment e = noisy_learning_network();
    e.synapses.sigma_pl_mV = 0.0;
    compare_with_oracle(e, 500, 50);
}

// An epoch longer than a block and a last block that is shorter than the others.
TEST(Oracle, FineStepWithSeveralBlocksPerEpoch) {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.05;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    compare_with_oracle(e, 100, 20);
}

// The whole block is one step.
TEST(Oracle, DelayOfOneStep) {
    Experiment e = noisy_learning_network();
    e.synapses.t_ax_delay_ms = 0.2;
    e.duration_s = 0.5;
    e.stimuli.resize(2);
    compare_with_oracle(e, 100, 20);
}

TEST(Oracle, ForcedSpikes) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.3;
    e.stimuli.resize(1);
    e.stimuli.push_back(forced_spikes("recalled"));
    compare_with_oracle(e, 100, 20);
}

}  // namespace
}  // namespace engram::test

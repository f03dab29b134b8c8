#include "oracle/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "simulation/complete_run.hpp"

namespace engram::test {

namespace {

// Rounding grows with the number of operations [mV, or umol/l].
constexpr double tolerance = 1e-10;

}  // namespace

void compare_spikes(const std::vector<SpikeEvent>& fast,
                    const std::vector<DenseSimulator::Spike>& dense) {
    ASSERT_EQ(fast.size(), dense.size());
    for (std::size_t i = 0; i < fast.size(); ++i) {
        ASSERT_EQ(fast[i].step, dense[i].step) << "spike " << i;
        ASSERT_EQ(fast[i].neuron, dense[i].neuron) << "spike " << i;
    }
}

void compare_with_oracle(const Experiment& experiment, const ExecutorFactory& executor,
                         AtLeast at_least) {
    DenseSimulator oracle(experiment);
    oracle.run();
    const CompleteRun run(experiment, executor);
    EXPECT_GE(oracle.spikes().size(), at_least.spikes);
    compare_spikes(run.sink.spikes, oracle.spikes());

    const Snapshot& final = run.sink.snapshots.back();
    const Network& network = run.simulation.network();
    const SynapseTable& table = network.plastic();
    std::size_t n_plastic = 0;
    std::size_t n_changed = 0;
    std::size_t n_late = 0;
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
        for (NeuronId post = 0; post < experiment.populations.size(); ++post) {
            const SynapseIndex k = table.find(pre, network.partition().local_index(post));
            ASSERT_EQ(k < table.size(), oracle.plastic(pre, post)) << pre << "->" << post;
            if (!oracle.plastic(pre, post)) continue;
            ASSERT_NEAR(final.h_mV[k], oracle.h_mV(pre, post), tolerance) << pre << "->" << post;
            ASSERT_NEAR(final.z[k], oracle.z(pre, post), tolerance) << pre << "->" << post;
            ++n_plastic;
            n_changed += std::fabs(final.h_mV[k] - experiment.synapses.h_0_mV) > 0.5;
            n_late += std::fabs(final.z[k]) > 1e-3;
        }
    EXPECT_EQ(n_plastic, table.size());
    EXPECT_GE(n_changed, at_least.changed);
    if (at_least.changed > 0) {
        EXPECT_GT(n_late, 0u);
    }
    for (NeuronId id = 0; id < experiment.populations.size(); ++id)
        ASSERT_NEAR(run.simulation.executor().protein()[id], oracle.protein(id), tolerance) << id;
}

}  // namespace engram::test

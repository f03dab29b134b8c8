// SPDX-License-Identifier: Apache-2.0
// Tags that end by passive relaxation within a spiking phase, over more than one fold (500 s),
// against the dense oracle.
#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Three neurons, 600 s at 1 ms. Weights relax with tau_h / 0.1 = 100 s and hence lose their tags
// under way; protein and late phase are fast enough to show when.
Experiment quiet_network() {
    Experiment e;
    e.duration_s = 600;
    e.dt_ms = 1.0;
    e.fast_forward = FastForward::off;
    e.populations = {3, 0};
    e.connectivity.probability = 1.0;
    e.background = {0.0, 0.0};
    e.groups = {group_of("driven", 0, 1), group_of("slow", 1, 1)};
    e.synapses.t_ca_delay_ms = 19.0;
    e.synapses.tau_h_s = 10.0;
    e.synapses.gamma_p = 30.0;
    e.synapses.gamma_d = 12.0;
    e.synapses.sigma_pl_mV = 0.3;
    e.synapses.tau_p_s = 40.0;
    e.synapses.tau_z_s = 60.0;
    // Spikes that are forced alone: nothing fires by itself.
    e.neuron.v_th_mV = 200.0;
    Stimulus fast;
    fast.name = "fast";
    fast.scheme = Scheme::explicit_spikes;
    fast.group = "driven";
    for (int k = 0; k < 300; ++k) fast.spike_times_ms.push_back(5.0 * k);
    Stimulus slow = fast;
    slow.name = "slow";
    slow.group = "slow";
    slow.spike_times_ms.clear();
    for (int k = 0; k < 100; ++k) slow.spike_times_ms.push_back(15.0 * k + 3.0);
    e.stimuli = {fast, slow};
    return e;
}

class TagExpiry : public OnEachExecutor {};

TEST_P(TagExpiry, PassiveTagsEndAsInTheOracle) {
    Experiment e = quiet_network();
    DenseSimulator oracle(e);
    oracle.run();
    e.record.snapshots_s = {3.0};
    const CompleteRun run(e, executor());
    const MemorySink& sink = run.sink;

    compare_spikes(sink.spikes, oracle.spikes());
    const SynapseTable& table = run.simulation.network().plastic();
    int potentiated = 0, depressed = 0;
    for (NeuronId pre = 0; pre < 3; ++pre)
        for (SynapseIndex k = table.row_begin(pre); k < table.row_end(pre); ++k) {
            const NeuronId post = table.targets()[k];
            EXPECT_NEAR(sink.snapshots.back().h_mV[k], oracle.h_mV(pre, post), 1e-9);
            EXPECT_NEAR(sink.snapshots.back().z[k], oracle.z(pre, post), 1e-9);
            const double early = sink.snapshots.front().h_mV[k] - e.synapses.h_0_mV;
            potentiated += early > 2 * e.synapses.theta_tag_mV && sink.snapshots.back().z[k] > 0.1;
            depressed += early < -e.synapses.theta_tag_mV && sink.snapshots.back().z[k] < -0.1;
            EXPECT_LT(std::fabs(sink.snapshots.back().h_mV[k] - e.synapses.h_0_mV), 0.1)
                << "all tags have ended";
        }
    for (NeuronId id = 0; id < 3; ++id)
        EXPECT_NEAR(run.simulation.executor().protein()[id], oracle.protein(id), 1e-9);
    EXPECT_GE(potentiated, 2);
    EXPECT_GE(depressed, 1);
}

ENGRAM_ON_EACH_EXECUTOR(TagExpiry);

}  // namespace
}  // namespace engram::test

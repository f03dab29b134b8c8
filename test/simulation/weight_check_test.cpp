// SPDX-License-Identifier: Apache-2.0
// Weights that are no numbers end a run; lazily kept state does not leave the range by itself.
#include "simulation/weight_check.hpp"

#include <gtest/gtest.h>

#include "base/errors.hpp"
#include "cpu/cpu_executor.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/plastic_executor.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram {
namespace {

using test::noisy_learning_network;

std::string failure_of(const Experiment& experiment) {
    Simulation simulation(experiment, MPI_COMM_SELF, make_cpu_executor);
    test::MemorySink sink;
    ProgressListener nobody;
    try {
        simulation.run(sink, nobody);
    } catch (const NumericalError& error) {
        EXPECT_EQ(error.exit_code(), ExitCode::numerical_failure);
        return error.what();
    }
    return "";
}

// The configuration refuses such values; nothing else does.
TEST(WeightCheck, a_weight_that_is_no_number_ends_the_run) {
    Experiment e = noisy_learning_network();
    ASSERT_EQ(failure_of(e), "");
    e.synapses.sigma_pl_mV = 1e300;
    const std::string message = failure_of(e);
    EXPECT_NE(message.find("the synapse from neuron "), std::string::npos) << message;
    EXPECT_NE(message.find("which is not a possible weight"), std::string::npos) << message;
}

TEST(WeightCheck, snapshots_and_checkpoints_are_looked_at) {
    const Experiment e = noisy_learning_network();
    const Network network(e, *make_wiring(e), Partition(e.populations.size(), 1), 0);
    const SynapseIndex n = network.plastic().size();
    ASSERT_GT(n, 3u);
    Snapshot snapshot{40, std::vector<double>(n, 4.2), std::vector<double>(n, 0.0)};
    EXPECT_NO_THROW(check_weights(snapshot.view(), network, 0.2));
    for (const double bad : {std::nan(""), 1e300, -9e6, HUGE_VAL}) {
        snapshot.h_mV[n - 1] = bad;
        EXPECT_THROW(check_weights(snapshot.view(), network, 0.2), NumericalError) << bad;
    }
    snapshot.h_mV[n - 1] = 4.2;
    snapshot.z[0] = std::nan("");
    EXPECT_THROW(check_weights(snapshot.view(), network, 0.2), NumericalError);

    std::vector<double> g(n, 0.0);
    LocalState state;
    state.by_synapse = {{"g_mV", g}};
    EXPECT_NO_THROW(check_weights(state, network, 40, 0.2));
    g[2] = std::nan("");
    try {
        check_weights(state, network, 40, 0.2);
        FAIL() << "no error";
    } catch (const NumericalError& error) {
        const std::string text = error.what();
        NeuronId source = 0;
        while (network.plastic().row_end(source) <= 2) ++source;
        EXPECT_NE(text.find("from neuron " + std::to_string(source) + " to neuron " +
                            std::to_string(network.global_id(network.plastic().targets()[2])) +
                            " has g_mV = nan at 0.008 s"),
                  std::string::npos)
            << text;
    }
}

TEST(FoldInterval, depends_on_fast_plasticity_only) {
    SynapseParameters synapses;
    const auto interval_s = [&] {
        return fold_interval_s(model::EarlyPhase(synapses, 0.2).passive_rate_per_s, synapses);
    };
    EXPECT_EQ(interval_s(), 500.0);
    synapses.tau_h_s = 2.0;
    EXPECT_DOUBLE_EQ(interval_s(), 10.0);
    synapses.f_int_l_per_umol = 1000.0;
    synapses.tau_z_s = 1.0;
    EXPECT_DOUBLE_EQ(interval_s(), 5e-4);
    synapses.z_max = 5.0;
    EXPECT_DOUBLE_EQ(interval_s(), 5e-4) << "depression is as fast as before";
    synapses.z_max = 0.5;
    EXPECT_DOUBLE_EQ(interval_s(), 2.5e-4);
    synapses.f_int_l_per_umol = 0.0;
    EXPECT_DOUBLE_EQ(interval_s(), 10.0);
}

}  // namespace
}  // namespace engram

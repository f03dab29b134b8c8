// SPDX-License-Identifier: Apache-2.0
// Bounds of the fixed-point sums over synapses.
#include "network/input_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "experiment/configuration.hpp"
#include "model/fixed_point.hpp"
#include "network/network.hpp"

namespace engram {
namespace {

Experiment network(const Overrides& overrides = {}) {
    return parse_configuration("simulation: {duration_s: 1}\n", "c.yaml", overrides);
}

std::string keys_of_problems(const Experiment& experiment, const InDegrees& degrees) {
    ConfigProblems problems("c.yaml");
    check_input_sums(experiment, degrees, problems);
    std::string keys;
    for (const ConfigProblem& problem : problems.list()) keys += problem.key + " ";
    return keys;
}

std::string keys_of_problems(const Experiment& experiment) {
    const auto wiring = make_wiring(experiment);
    return keys_of_problems(experiment, highest_in_degrees(experiment, *wiring, MPI_COMM_SELF));
}

TEST(InputSums, no_neuron_of_a_random_network_has_more_inputs) {
    const Experiment e = network();
    const InDegrees most = highest_in_degrees(e, *make_wiring(e), MPI_COMM_SELF);
    ASSERT_EQ(most.size(), 4u);
    EXPECT_LT(most[0], 400);
    EXPECT_LT(most[2], 150);
    make_wiring(e)->visit(0, 2000, [&](NeuronId, std::span<const NeuronId> sources) {
        const auto exc = std::lower_bound(sources.begin(), sources.end(), 1600u) - sources.begin();
        EXPECT_LT(static_cast<double>(exc), most[0]);
        EXPECT_LT(static_cast<double>(sources.size()) - static_cast<double>(exc), most[2]);
    });
}

TEST(InputSums, inputs_of_a_matrix_are_counted) {
    const Experiment e =
        network({"populations={n_exc: 4, n_inh: 1}",
                 "connectivity.file=" ENGRAM_SOURCE_DIR "/configs/connections_smallnet3.txt"});
    const InDegrees most = highest_in_degrees(e, *make_wiring(e), MPI_COMM_SELF);
    EXPECT_EQ(most, (InDegrees{2, 2, 1, 0}));
}

TEST(InputSums, realistic_networks_fit) {
    EXPECT_EQ(keys_of_problems(network()), "");
    EXPECT_EQ(keys_of_problems(network(
                  {"populations={n_exc: 1000000, n_inh: 250000}", "connectivity.probability=0.1"})),
              "");
    EXPECT_EQ(keys_of_problems(network({"populations={n_exc: 80000000, n_inh: 20000000}",
                                        "connectivity.probability=0.0005"})),
              "");
}

TEST(InputSums, weights_that_add_up_to_too_much_are_named) {
    EXPECT_EQ(keys_of_problems(network({"connectivity.w_ei=1e4"})), "connectivity.w_ei ");
    EXPECT_EQ(keys_of_problems(network({"connectivity.w_ie=1e5"})), "connectivity.w_ie ");
    EXPECT_EQ(keys_of_problems(network({"connectivity.w_ii=1e5"})), "connectivity.w_ii ");
    EXPECT_EQ(keys_of_problems(network({"synapses.sigma_pl_mV=1e6"})), "synapses.sigma_pl_mV ");
    EXPECT_EQ(keys_of_problems(network({"synapses.h_0_mV=10000", "connectivity.w_ie=0",
                                        "connectivity.w_ei=0", "connectivity.w_ii=0"})),
              "synapses.h_0_mV ");
    EXPECT_EQ(keys_of_problems(network({"populations.n_inh=0", "connectivity.w_ii=1e6"})), "");
    EXPECT_EQ(keys_of_problems(network({"synapses.z_max=1000"})), "");
    EXPECT_EQ(keys_of_problems(network({"synapses.z_max=1000", "synapses.h_0_mV=50"})),
              "synapses.z_max ");
}

TEST(InputSums, what_is_allowed_fits_into_the_sums) {
    const Experiment e = network({"populations={n_exc: 1, n_inh: 1}", "synapses.h_0_mV=1"});
    const InDegrees one{1, 1, 1, 1};
    const double limit = model::fixed_point_limit / 2;
    Experiment heavy = e;
    heavy.connectivity.w_ii = limit;
    EXPECT_EQ(keys_of_problems(heavy, one), "");
    EXPECT_EQ(model::from_fixed_point(model::to_fixed_point(2 * limit * (1 - 1e-9))),
              2 * limit * (1 - 1e-9))
        << "both populations together";
    heavy.connectivity.w_ii = std::nextafter(limit, 2 * limit);
    EXPECT_EQ(keys_of_problems(heavy, one), "connectivity.w_ii ");

    // Potentiated synapses at their bound, all firing at once.
    Experiment potentiated = e;
    potentiated.synapses.z_max = 100;
    const InDegrees many{30000, 0, 0, 0};
    EXPECT_EQ(keys_of_problems(potentiated, many), "");
    potentiated.synapses.z_max = 200;
    EXPECT_EQ(keys_of_problems(potentiated, many), "synapses.z_max ");
}

}  // namespace
}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "simulation/initial_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/initial_state.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Experiment random_weights_network() {
    Experiment e = noisy_learning_network();
    e.initial_weights = {0.14, 1.0 / 3.0, {}};
    return e;
}

struct Moments {
    double mean = 0;
    double deviation = 0;
};

template <class Value>
Moments moments(std::size_t n, Value value) {
    Moments m;
    for (std::size_t i = 0; i < n; ++i) m.mean += value(i) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i)
        m.deviation += std::pow(value(i) - m.mean, 2) / static_cast<double>(n);
    m.deviation = std::sqrt(m.deviation);
    return m;
}

// Of 40,000 synapses: the mean is known to within 0.005 of a standard deviation, which itself is to
// within 0.0036.
TEST(InitialWeights, have_the_law_that_is_asked_for) {
    Experiment e = random_weights_network();
    e.populations = {200, 1};
    e.groups = {};
    e.stimuli = {};
    e.connectivity.probability = 1;
    Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
    const SnapshotView view = simulation.weights();
    std::vector<PlasticWeights> weights;
    view.for_each([&](SynapseIndex, const PlasticWeights& here) { weights.push_back(here); });
    const double h_0_mV = e.synapses.h_0_mV;
    const Moments h = moments(
        weights.size(), [&](std::size_t k) { return std::log(weights[k].h_mV / h_0_mV) / 0.14; });
    const Moments z = moments(
        weights.size(), [&](std::size_t k) { return 3.0 * std::log(1.0 + 2.0 * weights[k].z); });
    EXPECT_NEAR(h.mean, 0, 0.025);
    EXPECT_NEAR(h.deviation, 1, 0.018);
    EXPECT_NEAR(z.mean, 0, 0.025);
    EXPECT_NEAR(z.deviation, 1, 0.018);
    const Moments product = moments(weights.size(), [&](std::size_t k) {
        const auto [h_mV, here] = weights[k];
        return std::log(h_mV / h_0_mV) / 0.14 * 3.0 * std::log(1.0 + 2.0 * here);
    });
    EXPECT_NEAR(product.mean, 0, 0.025);  // independent
    for (const PlasticWeights& here : weights) {
        EXPECT_GE(here.z, -0.5);
        EXPECT_LE(here.z, 1.0);
    }
}

TEST(InitialWeights, depend_on_the_seed_of_the_network_alone) {
    const Experiment e = random_weights_network();
    Experiment other_noise = e;
    other_noise.noise_seed = 99;
    Experiment other_seed = e;
    other_seed.seed = 8;
    other_seed.wiring_seed = e.seed;
    const auto first_h_mV = [](const Experiment& experiment) {
        Simulation simulation(experiment, MPI_COMM_SELF, make_cpu_executor);
        double first_h_mV = 0;
        simulation.weights().read_h_mV(0, {&first_h_mV, 1});
        return first_h_mV;
    };
    EXPECT_EQ(first_h_mV(e), first_h_mV(other_noise));
    EXPECT_NE(first_h_mV(e), first_h_mV(other_seed));
}

TEST(InitialWeights, that_exceed_what_can_be_computed_with_are_refused) {
    Experiment e = random_weights_network();
    e.initial_weights.stipulated = {{"assembly", "assembly", 9e6, {}}};
    EXPECT_THROW(Simulation(e, MPI_COMM_SELF, make_cpu_executor), ConfigError);
}

class InitialWeightsRun : public OnEachExecutor {};

TEST_P(InitialWeightsRun, FollowsTheOracle) {
    compare_with_oracle(random_weights_network(), executor(), {500, 50});
}

// Of two that concern the same synapses the later one holds, as far as it says something.
TEST_P(InitialWeightsRun, StipulatedFollowsTheOracle) {
    Experiment e = random_weights_network();
    e.initial_weights.stipulated = {{"assembly", "assembly", 6.0, 0.9},
                                    {"recalled", "assembly", {}, -0.2},
                                    {"assembly", "recalled", 3.0, {}}};
    const Snapshot final = compare_with_oracle(e, executor(), {500, 50});
    EXPECT_FALSE(final.h_mV.empty());
}

ENGRAM_ON_EACH_EXECUTOR(InitialWeightsRun);

}  // namespace
}  // namespace engram::test

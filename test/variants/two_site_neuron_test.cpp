// SPDX-License-Identifier: Apache-2.0
// A neuron that is not built in, beside those that are, against the dense oracle.
#include "variants/two_site_neuron.hpp"

#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "variants/variant_executors.hpp"
#include "variants/variant_networks.hpp"

namespace engram::test {
namespace {

TEST(TwoSiteNeuron, EqualsTheOracleBesideOthers) {
    compare_with_oracle(two_site_network(), two_site_processor(), {1000, 50, 0, 0, 40},
                        two_site_oracle());
}

TEST(TwoSiteNeuron, EqualsTheOracleWithoutNoise) {
    Experiment e = two_site_network();
    e.background = {1.0, 0.0};
    e.synapses.sigma_pl_mV = 0.0;
    e.duration_s = 0.3;
    compare_with_oracle(e, two_site_processor(), {300, 20, 0, 0, 20}, two_site_oracle());
}

TEST(TwoSiteNeuron, EqualsTheOracleWithAnotherEarlyPhase) {
    DenseVariant both = two_site_oracle();
    both.potentiates = gated_oracle().potentiates;
    both.h_max_mV = gated_oracle().h_max_mV;
    compare_with_oracle(two_site_network(), gated_two_site_processor(), {1000, 50, 0, 0, 40}, both);
}

// Else the sites and the resets without a spike might as well be left out.
TEST(TwoSiteNeuron, IsAnother) {
    const Experiment e = two_site_network();
    const auto run = [](const Experiment& experiment, const DenseVariant& variant) {
        DenseSimulator oracle(experiment, variant);
        oracle.run();
        std::size_t n_spikes = 0;
        for (const auto& spike : oracle.spikes())
            n_spikes += experiment.populations.index_of(spike.neuron) == 2;
        return std::pair{n_spikes, oracle.n_silenced()};
    };
    const auto [n_spikes, n_silenced] = run(e, two_site_oracle());
    EXPECT_GT(n_spikes, 300u);
    EXPECT_GT(n_silenced, 100u);
    Experiment at_one_site = e;
    for (Projection& projection : *at_one_site.given_projections) projection.site = 0;
    EXPECT_NE(run(at_one_site, two_site_oracle()).first, n_spikes);
    DenseVariant never_silent = two_site_oracle();
    never_silent.second_site = [](const NeuronParameters& neuron) {
        auto second = two_site_oracle().second_site(neuron);
        if (second) second->bound_mV = 1e9;
        return second;
    };
    EXPECT_GT(run(e, never_silent).first, n_spikes);
}

TEST(TwoSiteNeuron, GoesOnFromACheckpoint) {
    const Experiment e = two_site_network();
    const CompleteRun uninterrupted(e, two_site_processor());
    for (const double time_s : {0.15, 0.4}) {
        SCOPED_TRACE(time_s);
        expect_same_results(interrupted_run(e, two_site_processor(), time_s), uninterrupted.sink);
    }
}

// Each mechanism saves its state under names of its own, and all of it counts.
TEST(TwoSiteNeuron, EachPartOfACheckpointMatters) {
    const Experiment e = two_site_network();
    MemorySink begun;
    const MemoryCheckpoint checkpoint = run_until(0.15, e, two_site_processor(), begun);
    const auto rest_without = [&](const std::string& part) {
        MemorySink sink;
        run_rest(checkpoint, e, two_site_processor(), sink, part);
        return sink;
    };
    const MemorySink complete = rest_without("");
    const std::vector<std::string> names = checkpoint.part_names();
    EXPECT_EQ(std::ranges::count(names, "fired"), 0);
    for (const char* name : {"soma_mV", "soma_nA", "background_nA", "held_steps", "second_nA",
                             "v_mV", "i_syn_nA", "i_bg_nA", "refractory_steps"}) {
        EXPECT_EQ(std::ranges::count(names, name), 1) << name;
        EXPECT_NE(rest_without(name).rows, complete.rows) << name;
    }
}

}  // namespace
}  // namespace engram::test

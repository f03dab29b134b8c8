// Mechanisms that are not built in, on several ranks against one.
#include <gtest/gtest.h>

#include "mpi/part_of_network.hpp"
#include "variants/variant_executors.hpp"
#include "variants/variant_networks.hpp"

namespace engram::test {
namespace {

TEST(VariantsOnSeveralRanks, GatedEarlyPhaseEqualsOne) {
    expect_ranks_equal_one(gated_network(), gated_processor(), 500);
}

TEST(VariantsOnSeveralRanks, TwoSiteNeuronEqualsOne) {
    expect_ranks_equal_one(two_site_network(), two_site_processor(), 1000);
}

// Of the neurons with two sites some ranks have none.
TEST(VariantsOnSeveralRanks, FewNeuronsOfAMechanism) {
    Experiment e = two_site_network();
    e.populations = Populations(std::vector<Population>{
        {"a", PopulationKind::excitatory, 0, 20, {}, {}},
        {"b", PopulationKind::excitatory, 0, 1, e.populations[2].neuron, {}}});
    e.given_projections = std::vector<Projection>{{0, 0, true, 0, 0.4}, {1, 0, true, 0, 0.4}};
    e.given_projections->push_back({0, 1, false, 0.8, 1.0});
    e.given_projections->back().site = 1;
    e.groups = {group_of("assembly", 0, 12), group_of("recalled", 10, 11),
                group_of("driven", 18, 3)};
    e.record.neurons = {20, 0};
    e.record.synapses.clear();
    expect_ranks_equal_one(e, two_site_processor(), 300);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
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

// Some ranks have no neuron of the mechanism.
TEST(VariantsOnSeveralRanks, FewNeuronsOfAMechanism) {
    expect_ranks_equal_one(one_two_site_neuron(), two_site_processor(), 300);
}

}  // namespace
}  // namespace engram::test

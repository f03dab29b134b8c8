// SPDX-License-Identifier: Apache-2.0
#include "network/partition.hpp"

#include <gtest/gtest.h>

#include "base/errors.hpp"

namespace engram::test {
namespace {

// Every neuron has one owner, and local indices count up from 0 in the order of global ids.
void expect_consistent(NeuronId n_neurons, int n_ranks) {
    SCOPED_TRACE(std::to_string(n_neurons) + " neurons, " + std::to_string(n_ranks) + " ranks");
    const Partition partition(n_neurons, n_ranks);
    std::vector<std::uint32_t> next(static_cast<std::size_t>(n_ranks), 0);
    for (NeuronId id = 0; id < n_neurons; ++id) {
        const int owner = partition.owner(id);
        ASSERT_GE(owner, 0);
        ASSERT_LT(owner, n_ranks);
        ASSERT_EQ(partition.local_index(id), next[static_cast<std::size_t>(owner)]++);
        ASSERT_EQ(partition.global_id(owner, partition.local_index(id)), id);
    }
    for (int rank = 0; rank < n_ranks; ++rank) {
        ASSERT_GT(next[static_cast<std::size_t>(rank)], 0u) << "rank " << rank << " is empty";
        ASSERT_EQ(partition.n_local(rank), next[static_cast<std::size_t>(rank)]);
        std::uint32_t local = 0;
        for (const NeuronRange& range : partition.ranges(rank)) {
            ASSERT_EQ(range.local, local);
            for (NeuronId i = 0; i < range.count; ++i, ++local) {
                ASSERT_EQ(partition.owner(range.first + i), rank);
                ASSERT_EQ(partition.local_index(range.first + i), local);
            }
        }
        ASSERT_EQ(local, partition.n_local(rank));
    }
}

TEST(Partition, EveryNeuronHasOnePlace) {
    for (const NeuronId n : {1u, 2u, 5u, 63u, 64u, 65u, 127u, 1000u, 2000u, 4097u, 20000u})
        for (const int ranks : {1, 2, 3, 4, 5, 7, 16, 63, 64})
            if (static_cast<NeuronId>(ranks) <= n) expect_consistent(n, ranks);
}

TEST(Partition, EverySmallCase) {
    for (NeuronId n = 1; n <= 140; ++n)
        for (int ranks = 1; ranks <= static_cast<int>(n); ++ranks) expect_consistent(n, ranks);
}

TEST(Partition, FiveNeuronsOnThreeRanks) {
    const Partition partition(5, 3);
    EXPECT_EQ(partition.n_local(0) + partition.n_local(1) + partition.n_local(2), 5u);
    for (int rank = 0; rank < 3; ++rank) EXPECT_LE(partition.n_local(rank), 2u);
}

// Each rank gets its share: of all neurons, of the excitatory ones, and of an assembly.
TEST(Partition, SharesAreEvenInLargeNetworks) {
    for (const int ranks : {2, 3, 4, 8}) {
        const Partition partition(20000, ranks);
        std::vector<double> assembly(static_cast<std::size_t>(ranks), 0);
        for (NeuronId id = 0; id < 2000; ++id)
            ++assembly[static_cast<std::size_t>(partition.owner(id))];
        for (int rank = 0; rank < ranks; ++rank) {
            EXPECT_NEAR(partition.n_local(rank), 20000.0 / ranks, 0.07 * 20000 / ranks);
            EXPECT_GT(assembly[static_cast<std::size_t>(rank)], 0.5 * 2000 / ranks);
        }
    }
}

TEST(Partition, TooManyRanks) {
    EXPECT_THROW(Partition(4, 5), UsageError);
    try {
        Partition(4, 5);
    } catch (const UsageError& error) {
        EXPECT_NE(std::string(error.what()).find("at most 4"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace engram::test

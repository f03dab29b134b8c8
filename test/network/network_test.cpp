// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace engram::test {
namespace {

using Edge = std::pair<NeuronId, NeuronId>;  // pre, post

Experiment small_experiment() {
    Experiment e;
    e.populations = {90, 31};
    e.connectivity.probability = 0.2;
    e.seed = 12;
    return e;
}

std::set<Edge> edges_of(const Wiring& wiring, NeuronId n) {
    std::set<Edge> edges;
    wiring.visit(0, n, [&](NeuronId post, std::span<const NeuronId> sources) {
        for (const NeuronId pre : sources) edges.insert({pre, post});
    });
    return edges;
}

TEST(Network, TablesOfAllRanksMakeUpTheWiring) {
    const Experiment e = small_experiment();
    const auto wiring = make_wiring(e);
    const std::set<Edge> expected = edges_of(*wiring, e.populations.size());
    for (const int n_ranks : {1, 2, 3, 4, 121}) {
        std::set<Edge> found;
        std::size_t n_synapses = 0;
        for (int rank = 0; rank < n_ranks; ++rank) {
            const Network network(e, *wiring, Partition(e.populations.size(), n_ranks), rank);
            const auto find_all = [&](const SynapseTable& table, NeuronId first,
                                      const Population& to) {
                n_synapses += table.size();
                for (NeuronId row = 0; row < table.n_sources(); ++row)
                    for (const std::uint32_t target : table.row(row)) {
                        const NeuronId post = network.global_id(target);
                        ASSERT_TRUE(network.owns(post));
                        ASSERT_TRUE(to.contains(post));
                        found.insert({first + row, post});
                    }
            };
            find_all(network.plastic(), 0, e.populations[0]);
            for (const FixedSynapses& fixed : network.fixed()) {
                const Projection& projection = network.projections()[fixed.projection];
                find_all(fixed.table, e.populations[projection.from].first,
                         e.populations[projection.to]);
            }
        }
        EXPECT_EQ(n_synapses, expected.size()) << n_ranks << " ranks";
        EXPECT_EQ(found, expected) << n_ranks << " ranks";
    }
}

TEST(Network, RowsAscendAndCanBeSearched) {
    const Experiment e = small_experiment();
    const Network network(e, *make_wiring(e), Partition(e.populations.size(), 1), 0);
    const SynapseTable& table = network.plastic();
    ASSERT_EQ(table.n_sources(), 90u);
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre) {
        const auto row = table.row(pre);
        EXPECT_TRUE(std::is_sorted(row.begin(), row.end()));
        for (std::uint32_t target = 0; target < network.n_local(); ++target) {
            const SynapseIndex k = table.find(pre, target);
            if (std::binary_search(row.begin(), row.end(), target)) {
                ASSERT_GE(k, table.row_begin(pre));
                ASSERT_LT(k, table.row_end(pre));
                EXPECT_EQ(table.targets()[k], target);
            } else {
                EXPECT_EQ(k, table.size());
            }
        }
    }
}

TEST(Network, LocalCountsAddUp) {
    const Experiment e = small_experiment();
    for (const int n_ranks : {1, 2, 3, 5}) {
        NeuronId n = 0, n_exc = 0;
        for (int rank = 0; rank < n_ranks; ++rank) {
            const Network network(e, *make_wiring(e), Partition(121, n_ranks), rank);
            n += network.n_local();
            n_exc += network.local_range(0).size();
        }
        EXPECT_EQ(n, 121u);
        EXPECT_EQ(n_exc, 90u);
    }
}

TEST(Network, OnlyOnePopulation) {
    Experiment e = small_experiment();
    for (const Populations& populations : {Populations{0, 20}, Populations{20, 0}}) {
        e.populations = populations;
        const Network network(e, *make_wiring(e), Partition(20, 1), 0);
        EXPECT_EQ(network.local_range(0).size(), populations[0].count);
        // Those between the populations.
        EXPECT_EQ(network.fixed()[0].table.size(), 0u);
        EXPECT_EQ(network.fixed()[1].table.size(), 0u);
    }
}

// Large enough for several parts of the table.
TEST(Network, TablesAreThePairsSortedBySourceAndTarget) {
    Experiment e = small_experiment();
    e.populations = {5000, 3000};
    e.connectivity.probability = 0.02;
    const auto wiring = make_wiring(e);
    for (const int n_ranks : {1, 3})
        for (int rank = 0; rank < n_ranks; ++rank) {
            const Partition partition(e.populations.size(), n_ranks);
            const Network network(e, *wiring, partition, rank);
            // By source and local target.
            std::vector<std::vector<Edge>> pairs(4);
            for (const NeuronRange& range : partition.ranges(rank))
                wiring->visit(
                    range.first, range.count,
                    [&](NeuronId post, std::span<const NeuronId> sources) {
                        for (const NeuronId pre : sources)
                            pairs[e.populations.index_of(pre) * 2 + e.populations.index_of(post)]
                                .push_back({pre, range.local + post - range.first});
                    });
            const auto expect_table = [&](const SynapseTable& table, std::size_t from,
                                          std::size_t to) {
                std::vector<Edge> found;
                for (NeuronId row = 0; row < table.n_sources(); ++row)
                    for (const std::uint32_t target : table.row(row))
                        found.push_back({e.populations[from].first + row, target});
                std::vector<Edge>& expected = pairs[from * 2 + to];
                std::sort(expected.begin(), expected.end());
                EXPECT_EQ(found, expected);
                EXPECT_GT(found.size(), 10'000u);
            };
            expect_table(network.plastic(), 0, 0);
            for (const FixedSynapses& fixed : network.fixed())
                expect_table(fixed.table, fixed.from, network.projections()[fixed.projection].to);
        }
}

// A fixed-weight synapse takes four bytes, a row four and its share of a group: nothing is doubled
// by growth of a vector.
TEST(Network, TablesHaveNoSlack) {
    const Experiment e = small_experiment();
    const Network network(e, *make_wiring(e), Partition(121, 1), 0);
    const SynapseTable& table = network.plastic();
    EXPECT_EQ(table.bytes(),
              table.size() * 4 + table.n_sources() * 4 + (table.n_sources() + 63) / 64 * 24);
}

}  // namespace
}  // namespace engram::test

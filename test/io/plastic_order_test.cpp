// SPDX-License-Identifier: Apache-2.0
// Plastic edges of several projections in one order by (target, source).
#include "io/plastic_order.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace engram::test {
namespace {

// Global ids: a has the neurons 3 and 4, b has 7, 8 and 9.
const PlasticEdges a_a{"a_a", 3, 3, {0, 1, 2}};
const PlasticEdges b_a{"b_a", 7, 3, {0, 0, 3}};
const PlasticEdges a_b{"a_b", 3, 7, {0, 2, 2, 3}};

using Piece = std::tuple<std::string, std::uint64_t, std::uint64_t>;

std::vector<Piece> pieces(const PlasticOrder& order, std::uint64_t first, std::uint64_t count) {
    std::vector<Piece> found;
    order.for_each_piece({first, count},
                         [&](std::size_t projection, std::uint64_t edge, std::uint64_t n) {
                             found.emplace_back(order.projections()[projection].name, edge, n);
                         });
    return found;
}

TEST(PlasticOrder, edges_of_a_target_follow_each_other) {
    const PlasticOrder order({a_b, b_a, a_a});
    EXPECT_EQ(order.n_edges(), 8u);
    EXPECT_EQ(pieces(order, 0, 8),
              (std::vector<Piece>{
                  {"a_a", 0, 1}, {"a_a", 1, 1}, {"b_a", 0, 3}, {"a_b", 0, 2}, {"a_b", 2, 1}}));
}

TEST(PlasticOrder, parts_are_the_same_edges) {
    const PlasticOrder order({a_b, b_a, a_a});
    const auto single_edges = [&](std::uint64_t first, std::uint64_t count) {
        std::vector<Piece> edges;
        for (const auto& [name, edge, n] : pieces(order, first, count))
            for (std::uint64_t i = 0; i < n; ++i) edges.emplace_back(name, edge + i, 1);
        return edges;
    };
    const std::vector<Piece> all = single_edges(0, 8);
    for (std::uint64_t first = 0; first <= 8; ++first)
        for (std::uint64_t count = 0; first + count <= 8; ++count)
            EXPECT_EQ(single_edges(first, count),
                      std::vector<Piece>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(first + count)))
                << first << " " << count;
}

TEST(PlasticOrder, slabs_are_by_projection) {
    const PlasticOrder order({a_b, b_a, a_a});
    const std::vector<h5::Slab> slabs = order.slabs({1, 5});  // all but the ends
    ASSERT_EQ(slabs.size(), 3u);
    EXPECT_EQ(std::pair(slabs[0].first, slabs[0].count), std::pair(hsize_t{1}, hsize_t{1}));
    EXPECT_EQ(slabs[1].count, 3u);
    EXPECT_EQ(std::pair(slabs[2].first, slabs[2].count), std::pair(hsize_t{0}, hsize_t{1}));
}

TEST(PlasticOrder, there_may_be_none) {
    const PlasticOrder order({});
    EXPECT_EQ(order.n_edges(), 0u);
    EXPECT_TRUE(pieces(order, 0, 0).empty());
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Groups of neurons: every form, references, random draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "experiment/configuration.hpp"
#include "experiment/random_subset.hpp"

namespace engram {
namespace {

using Ids = std::vector<NeuronId>;

Experiment parse_groups(const std::string& groups, const Overrides& overrides = {}) {
    return parse_configuration(
        "simulation: {duration_s: 1}\npopulations: {n_exc: 20, n_inh: 5}\ngroups: " + groups + "\n",
        "c.yaml", overrides);
}

TEST(Groups, built_in) {
    const Experiment experiment = parse_groups("{}");
    Ids exc(20), inh(5), all(25);
    std::iota(exc.begin(), exc.end(), 0u);
    std::iota(inh.begin(), inh.end(), 20u);
    std::iota(all.begin(), all.end(), 0u);
    EXPECT_EQ(experiment.group("exc").ids, exc);
    EXPECT_EQ(experiment.group("inh").ids, inh);
    EXPECT_EQ(experiment.group("all").ids, all);
}

TEST(Groups, forms_and_forward_references) {
    const Experiment experiment = parse_groups(
        "{half: {of: odd, fraction: 0.5}, odd: {ids: [7, 1, 5, 3, 9]}, range: {first: 18, count: "
        "4},"
        " two: {of: half, count: 2}}");
    EXPECT_EQ(experiment.group("odd").ids, (Ids{1, 3, 5, 7, 9}));
    EXPECT_EQ(experiment.group("range").ids, (Ids{18, 19, 20, 21}));
    EXPECT_EQ(experiment.group("half").ids, (Ids{1, 3, 5}));  // 2.5 is rounded up
    EXPECT_EQ(experiment.group("two").ids, (Ids{1, 3}));
}

TEST(Groups, random_depends_on_seed_and_name_only) {
    const std::string drawn = "{r: {random: {of: exc, count: 8}}}";
    const Ids ids = parse_groups(drawn).group("r").ids;
    EXPECT_EQ(ids.size(), 8u);
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    EXPECT_EQ(std::set<NeuronId>(ids.begin(), ids.end()).size(), 8u);
    EXPECT_LT(ids.back(), 20u);

    const std::string among_others =
        "{a: {random: {of: all, fraction: 0.3}}, r: {random: {of: exc, count: 8}}}";
    EXPECT_EQ(parse_groups(among_others, {"simulation.dt_ms=0.1"}).group("r").ids, ids);
    EXPECT_NE(parse_groups(drawn, {"simulation.seed=2"}).group("r").ids, ids);
    const std::string other_name = "{s: {random: {of: exc, count: 8}}}";
    EXPECT_NE(parse_groups(other_name).group("s").ids, ids);
}

TEST(Groups, random_with_the_upper_half_of_the_seed) {
    const Ids exc = parse_groups("{}").group("exc").ids;
    EXPECT_NE(random_subset(exc, 8, 1, "r"), random_subset(exc, 8, 1 + (1ULL << 32), "r"));
}

TEST(Groups, random_of_everything_is_everything) {
    const Experiment experiment = parse_groups("{r: {random: {of: exc, fraction: 1}}}");
    EXPECT_EQ(experiment.group("r").ids, experiment.group("exc").ids);
}

// Every pair of {0 ... 9} equally often: 45 cells, so chi-square has 44 degrees of freedom and
// exceeds 78.7 with probability 0.001; too even a distribution (below 18.6) is as unlikely.
TEST(Groups, random_subsets_are_uniform) {
    Ids ids(10);
    std::iota(ids.begin(), ids.end(), 0u);
    constexpr int draws = 45000;
    int counts[10][10] = {};
    for (int seed = 0; seed < draws; ++seed) {
        const Ids pair = random_subset(ids, 2, seed, "pair");
        ++counts[pair[0]][pair[1]];
    }
    const double expected = draws / 45.0;
    double chi_square = 0;
    for (int i = 0; i < 10; ++i)
        for (int j = i + 1; j < 10; ++j)
            chi_square += (counts[i][j] - expected) * (counts[i][j] - expected) / expected;
    EXPECT_LT(chi_square, 78.7);
    EXPECT_GT(chi_square, 18.6);
}

// Results must not change between versions: known ids, from an independent implementation.
TEST(Groups, random_subset_is_frozen) {
    Ids ids(1000);
    std::iota(ids.begin(), ids.end(), 0u);
    EXPECT_EQ(random_subset(ids, 5, 1, "recalled"), (Ids{6, 368, 514, 524, 670}));
}

}  // namespace
}  // namespace engram

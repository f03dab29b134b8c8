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

TEST(Groups, fractions_are_rounded_as_asked) {
    const Experiment experiment = parse_groups(
        "{near: {of: a, fraction: 0.4}, a: {first: 0, count: 11},"
        " up: {of: a, fraction: 0.4, round: up}, nearest: {of: a, fraction: 0.4, round: nearest},"
        " drawn: {random: {of: a, fraction: 0.1, round: up}}, half: {of: up, fraction: 0.5, round: "
        "up}}");
    EXPECT_EQ(experiment.group("near").ids.size(), 4u);
    EXPECT_EQ(experiment.group("nearest").ids.size(), 4u);
    EXPECT_EQ(experiment.group("up").ids.size(), 5u);
    EXPECT_EQ(experiment.group("drawn").ids.size(), 2u);
    EXPECT_EQ(experiment.group("half").ids.size(), 3u);
    for (const char* wrong :
         {"{a: {of: exc, fraction: 0.5, round: down}}", "{a: {of: exc, count: 5, round: up}}"})
        EXPECT_THROW(parse_groups(wrong), ConfigError) << wrong;
}

TEST(Groups, are_made_of_others) {
    const Experiment e = parse_groups(
        "{u: {union: [b, a, inh]}, a: {first: 2, count: 4}, b: {ids: [4, 9, 5, 12]},"
        " i: {intersection: [a, b]}, one: {union: [a]}, rest: {of: exc, except: u},"
        " few: {of: exc, except: [a, b], count: 3}, share: {of: a, except: i, fraction: 0.5},"
        " drawn: {random: {of: a, except: [i], count: 2}}, same: {random: {of: rest_of_a, count: "
        "2}}, rest_of_a: {of: a, except: b}, deep: {intersection: [rest, few, exc]}}");
    EXPECT_EQ(e.group("u").ids, (Ids{2, 3, 4, 5, 9, 12, 20, 21, 22, 23, 24}));
    EXPECT_EQ(e.group("i").ids, (Ids{4, 5}));
    EXPECT_EQ(e.group("one").ids, e.group("a").ids);
    EXPECT_EQ(e.group("rest").ids, (Ids{0, 1, 6, 7, 8, 10, 11, 13, 14, 15, 16, 17, 18, 19}));
    EXPECT_EQ(e.group("few").ids, (Ids{0, 1, 6}));
    EXPECT_EQ(e.group("share").ids, (Ids{2}));
    EXPECT_EQ(e.group("drawn").ids, (Ids{2, 3}));
    EXPECT_EQ(e.group("same").ids, (Ids{2, 3}));
    EXPECT_EQ(e.group("deep").ids, (Ids{0, 1, 6}));
}

// Against marks of the single neurons.
TEST(Groups, sets_are_those_of_single_neurons) {
    const Experiment e = parse_groups(
        "{a: {random: {of: all, count: 9}}, b: {random: {of: all, count: 12}}, c: {random: {of: "
        "exc, count: 7}}, u: {union: [a, b, c]}, i: {intersection: [a, b]}, d: {of: b, except: "
        "[a, c]}}");
    const auto has = [&](const char* group, NeuronId id) {
        const Ids& ids = e.group(group).ids;
        return std::count(ids.begin(), ids.end(), id);
    };
    for (NeuronId id = 0; id < 25; ++id) {
        const bool a = has("a", id), b = has("b", id), c = has("c", id);
        EXPECT_EQ(has("u", id), a || b || c) << id;
        EXPECT_EQ(has("i", id), a && b) << id;
        EXPECT_EQ(has("d", id), b && !a && !c) << id;
    }
    for (const char* group : {"u", "i", "d"}) {
        const Ids& ids = e.group(group).ids;
        EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << group;
        EXPECT_FALSE(ids.empty()) << group;
    }
}

TEST(Groups, ids_are_listed_by_ranges) {
    const Experiment e = parse_groups("{a: {ids: [0-3, 9, 20-24, 6-6]}, b: {ids: [\"7-8\", 5]}}");
    EXPECT_EQ(e.group("a").ids, (Ids{0, 1, 2, 3, 6, 9, 20, 21, 22, 23, 24}));
    EXPECT_EQ(e.group("b").ids, (Ids{5, 7, 8}));
    const std::string resolved = resolved_configuration(e);
    EXPECT_NE(resolved.find("  a: {ids: [0-3, 6, 9, 20-24]}\n"), std::string::npos) << resolved;
    EXPECT_NE(resolved.find("  b: {ids: [5, 7, 8]}\n"), std::string::npos) << resolved;
    EXPECT_EQ(parse_configuration(resolved, "c.yaml"), e);
}

TEST(Groups, several_are_a_union) {
    const Groups groups{{"a", {1, 5, 9}}, {"b", {0, 5, 6}}, {"c", {5}}};
    EXPECT_EQ(groups.members("a"), (Ids{1, 5, 9}));
    EXPECT_EQ(groups.members(std::vector<std::string>{"c", "b", "a"}), (Ids{0, 1, 5, 6, 9}));
    EXPECT_THROW(groups.members("d"), std::out_of_range);
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

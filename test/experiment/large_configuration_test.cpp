// SPDX-License-Identifier: Apache-2.0
// Configurations with very many keys: the work grows with their number, not with its square.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;
using Line = std::function<std::string(int)>;  // of the entry with this number

std::string text_of(const std::string& section, int n, const Line& line) {
    std::string text = minimal + section + ":\n";
    for (int i = 0; i < n; ++i) text += "  " + line(i) + "\n";
    return text;
}

// Of the processor rather than of the clock on the wall, which other programs slow down.
double seconds_to_read(const std::string& text) {
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const std::clock_t begin = std::clock();
        problems_of(text);
        least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return least;
}

// Ten times as many take ten times as long; a hundred times if each was compared with each.
void expect_linear(const std::string& section, const Line& line) {
    const double few_s = seconds_to_read(text_of(section, 2000, line));
    const double many_s = seconds_to_read(text_of(section, 20000, line));
    EXPECT_LT(many_s, 30 * few_s + 0.1) << section << ": " << line(0);
}

std::string id(int i) {
    return std::to_string(i);
}

TEST(LargeConfiguration, groups_are_found_in_less_than_linear_time) {
    const std::string ids = ": {first: 0, count: 10}";
    expect_linear("groups", [&](int i) { return "g" + id(i) + ids; });
    expect_linear("groups", [&](int i) { return "g" + id(i) + ": {of: g" + id(i / 2) + "}"; });
    expect_linear("groups",
                  [&](int i) { return "g" + id(i) + ": {of: missing" + id(i) + ", count: 1}"; });
    expect_linear("groups", [&](int i) { return "g" + id(i) + ": {first: -1, count: 10}"; });
}

TEST(LargeConfiguration, groups_that_refer_to_each_other_need_no_stack) {
    const auto chain = [](int n) {
        return text_of("groups", n, [&](int i) {
            return "g" + id(i) +
                   (i + 1 == n ? ": {first: 0, count: 10}"
                               : ": {of: g" + id(i + 1) + ", count: 1}");
        });
    };
    EXPECT_EQ(problems_of(chain(100'000)), "");
}

TEST(LargeConfiguration, stimuli_are_read_in_linear_time) {
    expect_linear("stimuli", [](int i) {
        return "s" + id(i) + ": {scheme: WTET, group: exc, start_s: 1, rate_Hz: 1}";
    });
    expect_linear("stimuli", [](int i) {
        return "s" + id(i) + ": {scheme: WTED, group: excs, start_s: 1, rate_Hz: 1}";
    });
}

TEST(LargeConfiguration, unknown_keys_are_counted) {
    const Line line = [](int i) { return "unknown" + id(i) + ": 1"; };
    expect_linear("neuron", line);
    const std::string problems = problems_of(text_of("neuron", 20000, line));
    EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 100);
    EXPECT_TRUE(problems.ends_with(
        "\nconfigs/x.yaml:103: neuron: and 19900 more unknown keys from here on"))
        << problems.substr(problems.size() - 200);
}

TEST(LargeConfiguration, problems_are_counted_after_the_first_thousand) {
    const std::string problems = problems_of(
        text_of("groups", 20000, [](int i) { return "g" + id(i) + ": {first: -1, count: 10}"; }));
    EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 1000);
    EXPECT_TRUE(problems.ends_with("\nconfigs/x.yaml: and 19000 more problems"))
        << problems.substr(problems.size() - 200);
}

}  // namespace
}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "model/step_sets.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace engram::test {
namespace {

using model::max_window_steps;
using model::StepSet;

// Every question about a set, against std::set.
void expect_equal(const StepSet& fast, const std::set<int>& naive) {
    EXPECT_EQ(fast.empty(), naive.empty());
    for (int s = 0; s <= max_window_steps; ++s) {
        const auto from = naive.lower_bound(s);
        EXPECT_EQ(fast.last_before(s), from == naive.begin() ? -1 : *std::prev(from)) << s;
        for (const int end : {s, (s + max_window_steps) / 2, max_window_steps})
            EXPECT_EQ(fast.first_from(s, end), from != naive.end() && *from < end ? *from : end)
                << s << " " << end;
        std::vector<int> before;
        fast.for_each_before(s, [&](int step) { before.push_back(step); });
        EXPECT_EQ(before, std::vector<int>(naive.begin(), from)) << s;
    }
    std::vector<int> all;
    fast.for_each([&](int step) { all.push_back(step); });
    EXPECT_EQ(all, std::vector<int>(naive.begin(), naive.end()));
}

TEST(StepSet, AreASet) {
    std::mt19937 generator(2);
    for (int i = 0; i < 200; ++i) {
        StepSet fast;
        std::set<int> naive;
        for (unsigned n = generator() % 20; n > 0; --n) {
            const auto step = static_cast<int>(generator() % max_window_steps);
            fast.add(step);
            naive.insert(step);
        }
        expect_equal(fast, naive);
    }
}

TEST(StepSet, AtTheEdgesOfTheirWords) {
    for (const int step : {0, 1, 62, 63, 64, 65, 126, 127, 128, 191}) {
        StepSet fast;
        fast.add(step);
        expect_equal(fast, {step});
    }
    StepSet full;
    std::set<int> all;
    for (int s = 0; s < max_window_steps; ++s) {
        full.add(s);
        all.insert(s);
    }
    expect_equal(full, all);
    expect_equal({}, {});
}

}  // namespace
}  // namespace engram::test

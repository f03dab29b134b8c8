// SPDX-License-Identifier: Apache-2.0
#include "model/rate_gated_early_phase.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace engram::test {
namespace {

using model::RateGatedEarlyPhase;
using model::RecentSpikes;
using model::Zone;

TEST(RecentSpikes, AreCountedAtEachStep) {
    std::mt19937 generator(5);
    for (int trial = 0; trial < 50; ++trial) {
        RecentSpikes recent{static_cast<int>(generator() % 30), {}, {}};
        std::vector<int> change(model::max_window_steps);
        for (int n = static_cast<int>(generator() % 12); n > 0; --n) {
            const auto step = static_cast<int>(generator() % model::max_window_steps);
            const bool enters = generator() % 2 == 0;
            model::StepSet& set = enters ? recent.entering : recent.leaving;
            if (set.has(step)) continue;
            set.add(step);
            change[static_cast<std::size_t>(step)] += enters ? 1 : -1;
        }
        std::vector<int> expected;
        int count = recent.before;
        for (const int here : change) expected.push_back(count += here);
        const auto at = [&](int step) { return expected[static_cast<std::size_t>(step)]; };
        for (int from = 0; from < model::max_window_steps; from += 7) {
            EXPECT_EQ(recent.at(from), at(from));
            for (int to = from + 1; to <= model::max_window_steps; to += 11)
                for (int s = from; s < to; ++s) {
                    EXPECT_LE(recent.least(from, to), at(s));
                    EXPECT_GE(recent.most(from, to), at(s));
                }
        }
        EXPECT_EQ(recent.at_end(model::max_window_steps), expected.back());
    }
}

SynapseParameters with_thresholds(double p_Hz, double d_Hz) {
    SynapseParameters s;
    s.rate_threshold_p_Hz = p_Hz;
    s.rate_threshold_d_Hz = d_Hz;
    return s;
}

// 40 Hz in half a second: more than 20 spikes, strictly.
TEST(RateGatedEarlyPhase, NeedsMoreSpikesThanTheThreshold) {
    const RateGatedEarlyPhase early(with_thresholds(40, 0), 0.2);
    EXPECT_EQ(early.flags_of(20) & RateGatedEarlyPhase::potentiation_open, 0u);
    EXPECT_NE(early.flags_of(21) & RateGatedEarlyPhase::potentiation_open, 0u);
    EXPECT_NE(early.flags_of(0) & RateGatedEarlyPhase::depression_open, 0u);
}

TEST(RateGatedEarlyPhase, NeedsBothNeurons) {
    const RateGatedEarlyPhase early(with_thresholds(40, 10), 0.2);
    const auto zone = [&](double calcium, int n_pre, int n_post) {
        return early.zone(calcium, early.flags_of(n_pre), early.flags_of(n_post));
    };
    EXPECT_EQ(zone(3.0, 21, 21), Zone::potentiation);
    EXPECT_EQ(zone(3.0, 21, 20), Zone::depression);
    EXPECT_EQ(zone(3.0, 20, 21), Zone::depression);
    EXPECT_EQ(zone(3.0, 6, 6), Zone::depression);
    EXPECT_EQ(zone(3.0, 5, 30), Zone::passive);
    EXPECT_EQ(zone(3.0, 30, 5), Zone::passive);
    EXPECT_EQ(zone(2.9, 30, 30), Zone::depression);
    EXPECT_EQ(zone(1.2, 6, 6), Zone::depression);
    EXPECT_EQ(zone(1.2, 6, 5), Zone::passive);
    EXPECT_EQ(zone(1.1, 30, 30), Zone::passive);
}

// Potentiation asks for its own threshold alone.
TEST(RateGatedEarlyPhase, PotentiatesWhereDepressionIsShut) {
    const RateGatedEarlyPhase early(with_thresholds(40, 1000), 0.2);
    EXPECT_EQ(early.zone(3.0, early.flags_of(21), early.flags_of(21)), Zone::potentiation);
    EXPECT_EQ(early.zone(2.9, early.flags_of(21), early.flags_of(21)), Zone::passive);
}

}  // namespace
}  // namespace engram::test

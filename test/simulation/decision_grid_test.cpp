// SPDX-License-Identifier: Apache-2.0
#include "simulation/decision_grid.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

DecisionGrid grid(int epoch_steps, double dt_ms) {
    return {BlockGrid(epoch_steps, dt_ms), dt_ms};
}

// Epochs of 3 ms, 5 of which are 15 ms.
TEST(DecisionGrid, HasFiveEpochsOfThePublishedModel) {
    EXPECT_FALSE(grid(15, 0.2).is_each_block());
    EXPECT_EQ(grid(15, 0.2).every(), 75);
}

TEST(DecisionGrid, HasWindowsOfAtMost15MsAnd192Steps) {
    EXPECT_EQ(grid(30, 0.1).every(), 150);
    EXPECT_EQ(grid(60, 0.05).every(), 180);  // 240 steps would be too many
    EXPECT_EQ(grid(150, 0.02).every(), 150);
    EXPECT_EQ(grid(3, 1.0).every(), 15);
    EXPECT_EQ(grid(1, 2.0).every(), 7);
    EXPECT_EQ(grid(35, 0.2).every(), 70);  // 7 ms
    EXPECT_EQ(grid(192, 0.05).every(), 192);
}

// 150 steps of 0.1 ms, 3 ms each for 5 times, must not become 149.
TEST(DecisionGrid, DoesNotMindTheRoundingOfDt) {
    for (int n = 8; n <= 192; ++n) EXPECT_EQ(grid(1, 15.0 / n).every(), n) << n;
}

TEST(DecisionGrid, DecidesAtEachBlockWhereAnEpochIsTooLong) {
    EXPECT_TRUE(grid(193, 0.05).is_each_block());
    EXPECT_TRUE(grid(16, 1.0).is_each_block());
    EXPECT_EQ(grid(250, 0.02).every(), 250);  // of checkpoints: at the ends of epochs
}

TEST(DecisionGrid, CountsFromTheBeginOfThePhase) {
    const DecisionGrid decisions = grid(15, 0.2);
    EXPECT_EQ(decisions.next(1000, 5000, 1000), 1075);
    EXPECT_EQ(decisions.next(1000, 5000, 1060), 1075);
    EXPECT_EQ(decisions.next(1000, 5000, 1075), 1150);
    EXPECT_EQ(decisions.next(1000, 1100, 1075), 1100);
}

}  // namespace
}  // namespace engram::test

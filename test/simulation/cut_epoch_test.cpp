// SPDX-License-Identifier: Apache-2.0
// Epochs cut into blocks.
#include "simulation/cut_epoch.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

// Other conditions from each of these steps on.
ConditionsCourse conditions_changing_at(const std::vector<Step>& steps) {
    Experiment e;
    for (const Step step : steps)
        e.changes.push_back({static_cast<double>(step) * e.dt_ms / 1000.0,
                             1.0 + static_cast<double>(step), std::nullopt});
    return ConditionsCourse(e);
}

// By part: first step and number of steps.
using Cuts = std::vector<std::pair<Step, int>>;

Cuts cuts(int epoch_steps, Step begin, int steps, const std::vector<Step>& changes) {
    Cuts result;
    int offset = 0;
    for (const EpochPart& part : cut_epoch(BlockGrid(epoch_steps, 0.1), begin, steps, {},
                                           conditions_changing_at(changes))) {
        EXPECT_EQ(part.begin, begin + offset);
        EXPECT_EQ(part.offset, offset);
        offset += part.steps;
        result.emplace_back(part.begin, part.steps);
    }
    EXPECT_EQ(offset, steps);
    return result;
}

TEST(BlockGrid, BlocksAreAsFewAsCanBeAndEquallyLong) {
    const auto lengths = [](int epoch_steps, double dt_ms) {
        const BlockGrid grid(epoch_steps, dt_ms);
        std::vector<int> steps;
        int end = 0;
        for (int block = 0; block < grid.n_blocks(); ++block) {
            EXPECT_EQ(grid.begin(block), end);
            steps.push_back(grid.steps(block));
            end += steps.back();
        }
        EXPECT_EQ(end, epoch_steps);
        EXPECT_EQ(grid.longest(), *std::ranges::max_element(steps));
        return steps;
    };
    using Lengths = std::vector<int>;
    EXPECT_EQ(lengths(1, 0.2), (Lengths{1}));
    EXPECT_EQ(lengths(15, 0.2), (Lengths{15}));
    EXPECT_EQ(lengths(30, 0.1), (Lengths{30}));
    EXPECT_EQ(lengths(150, 0.02), (Lengths{150}));
    EXPECT_EQ(lengths(192, 0.02), (Lengths{192}));
    EXPECT_EQ(lengths(193, 0.02), (Lengths{96, 97}));
    EXPECT_EQ(lengths(600, 0.005), (Lengths{150, 150, 150, 150}));
    EXPECT_EQ(lengths(25, 0.2), (Lengths{25}));      // 5 ms
    EXPECT_EQ(lengths(26, 0.2), (Lengths{13, 13}));  // 5.2 ms
    EXPECT_EQ(lengths(50, 0.1), (Lengths{50}));
    EXPECT_EQ(lengths(3, 7.0), (Lengths{1, 1, 1}));
}

TEST(CutEpoch, BlocksAreThoseOfTheGrid) {
    EXPECT_EQ(cuts(15, 30, 15, {}), (Cuts{{30, 15}}));
    EXPECT_EQ(cuts(100, 80, 100, {}), (Cuts{{80, 50}, {130, 50}}));
    EXPECT_TRUE(cuts(40, 80, 0, {}).empty());
}

TEST(CutEpoch, APhaseMayEndWithinABlock) {
    EXPECT_EQ(cuts(100, 80, 70, {}), (Cuts{{80, 50}, {130, 20}}));
    const auto parts = cut_epoch(BlockGrid(100, 0.1), 80, 70, {}, conditions_changing_at({}));
    EXPECT_TRUE(parts[0].is_whole());
    EXPECT_FALSE(parts[1].is_whole());
    EXPECT_EQ(parts[1].grid_begin, 130);
    EXPECT_EQ(parts[1].grid_steps, 50);
}

TEST(CutEpoch, OtherConditionsBeginABlockAndMoveNoOther) {
    EXPECT_EQ(cuts(15, 30, 15, {33, 34}), (Cuts{{30, 3}, {33, 1}, {34, 11}}));
    EXPECT_EQ(cuts(100, 80, 100, {90, 150}), (Cuts{{80, 10}, {90, 40}, {130, 20}, {150, 30}}));
    for (const EpochPart& part :
         cut_epoch(BlockGrid(100, 0.1), 80, 100, {}, conditions_changing_at({90}))) {
        EXPECT_EQ(part.is_whole(), part.begin == 130);
        EXPECT_EQ(part.grid_begin, part.begin == 130 ? 130 : 80);
        EXPECT_EQ(part.grid_steps, 50);
    }
}

TEST(CutEpoch, ChangesBetweenBlocksOrElsewhereCutNothing) {
    EXPECT_EQ(cuts(15, 30, 15, {3, 30, 45, 46}), (Cuts{{30, 15}}));
    EXPECT_EQ(cuts(100, 80, 100, {130, 180}), (Cuts{{80, 50}, {130, 50}}));
}

TEST(CutEpoch, SpikesArriveInTheBlockOfTheirStep) {
    const std::vector<PackedSpike> spikes = {
        pack_spike(0, 7),  pack_spike(9, 3),  pack_spike(9, 5),  pack_spike(10, 1),
        pack_spike(25, 2), pack_spike(30, 0), pack_spike(39, 9), pack_spike(40, 4)};
    const auto parts =
        cut_epoch(BlockGrid(40, 0.1), 80, 40, spikes, conditions_changing_at({90, 106, 110, 111}));
    ASSERT_EQ(parts.size(), 5u);  // from 80, 90, 106, 110, 111
    const std::vector<PackedSpike> arriving[] = {
        {spikes[0], spikes[1], spikes[2]}, {spikes[3], spikes[4]}, {}, {spikes[5]}, {spikes[6]}};
    for (std::size_t i = 0; i < parts.size(); ++i)
        EXPECT_EQ(std::vector(parts[i].arriving.begin(), parts[i].arriving.end()), arriving[i])
            << i;
}

}  // namespace
}  // namespace engram::test

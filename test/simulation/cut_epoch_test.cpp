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

Cuts cuts(Step begin, int steps, const std::vector<Step>& changes) {
    Cuts result;
    int offset = 0;
    for (const EpochPart& part : cut_epoch(begin, steps, {}, conditions_changing_at(changes))) {
        EXPECT_EQ(part.begin, begin + offset);
        EXPECT_EQ(part.offset, offset);
        offset += part.steps;
        result.emplace_back(part.begin, part.steps);
    }
    EXPECT_EQ(offset, steps);
    return result;
}

TEST(CutEpoch, BlocksAreAsLongAsTheyMayBe) {
    EXPECT_EQ(cuts(30, 15, {}), (Cuts{{30, 15}}));
    EXPECT_EQ(cuts(48, 16, {}), (Cuts{{48, 16}}));
    EXPECT_EQ(cuts(80, 40, {}), (Cuts{{80, 16}, {96, 16}, {112, 8}}));
    EXPECT_TRUE(cuts(80, 0, {}).empty());
}

TEST(CutEpoch, OtherConditionsBeginABlock) {
    EXPECT_EQ(cuts(30, 15, {33, 34}), (Cuts{{30, 3}, {33, 1}, {34, 11}}));
    EXPECT_EQ(cuts(80, 40, {90, 106}), (Cuts{{80, 10}, {90, 16}, {106, 14}}));
    EXPECT_EQ(cuts(80, 40, {100}), (Cuts{{80, 16}, {96, 4}, {100, 16}, {116, 4}}));
}

TEST(CutEpoch, ChangesBetweenBlocksOrElsewhereCutNothing) {
    EXPECT_EQ(cuts(30, 15, {3, 30, 45, 46}), (Cuts{{30, 15}}));
    EXPECT_EQ(cuts(80, 40, {96, 112}), (Cuts{{80, 16}, {96, 16}, {112, 8}}));
}

TEST(CutEpoch, SpikesArriveInTheBlockOfTheirStep) {
    const std::vector<PackedSpike> spikes = {
        pack_spike(0, 7),  pack_spike(9, 3),  pack_spike(9, 5),  pack_spike(10, 1),
        pack_spike(25, 2), pack_spike(30, 0), pack_spike(39, 9), pack_spike(40, 4)};
    const auto parts = cut_epoch(80, 40, spikes, conditions_changing_at({90, 110, 111}));
    ASSERT_EQ(parts.size(), 5u);  // from 80, 90, 106, 110, 111
    const std::vector<PackedSpike> arriving[] = {
        {spikes[0], spikes[1], spikes[2]}, {spikes[3], spikes[4]}, {}, {spikes[5]}, {spikes[6]}};
    for (std::size_t i = 0; i < parts.size(); ++i)
        EXPECT_EQ(std::vector(parts[i].arriving.begin(), parts[i].arriving.end()), arriving[i])
            << i;
}

}  // namespace
}  // namespace engram::test

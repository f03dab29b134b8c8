// SPDX-License-Identifier: Apache-2.0
// Which stimuli are on, and the spikes that files give.
#include "simulation/stimuli.hpp"

#include <gtest/gtest.h>

#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

TEST(SpanIndex, finds_what_overlaps_as_a_walk_through_all_does) {
    std::vector<model::StimulusSpan> spans;
    for (std::uint32_t i = 0; i < 300; ++i) {
        const Step begin = i * 7919 % 1000;
        spans.push_back({i, begin, begin + (i % 50 == 0 ? 700 : i * 31 % 40)});
    }
    const SpanIndex index(spans);
    for (Step begin = -10; begin < 1800; begin += 3)
        for (const Step length : {1, 15, 400}) {
            std::vector<std::size_t> expected;
            for (std::size_t i = 0; i < spans.size(); ++i)
                if (spans[i].overlaps(begin, begin + length)) expected.push_back(i);
            ASSERT_EQ(index.overlapping(begin, begin + length), expected) << begin;
        }
    EXPECT_TRUE(SpanIndex(std::vector<model::StimulusSpan>{}).overlapping(0, 10).empty());
}

TEST(GivenSpikes, fall_on_the_nearest_step_of_their_neurons) {
    Experiment e;
    e.duration_s = 1;
    e.populations = {6, 2};
    e.connectivity.probability = 0;
    e.groups = {Group{"some", {1, 4, 7}}};
    Stimulus spikes;
    spikes.scheme = Scheme::spikes;
    spikes.group = "some";
    spikes.start_s = 0.1;
    spikes.duration_s = 0.1;
    // The last two lie behind the stimulus.
    spikes.content.content = std::make_shared<StimulusContent>(
        StimulusContent{{50.11, 0.0, 0.09, 99.85, 99.91, 100}, {}, {2, 0, 1, 0, 0, 0}});
    e.stimuli = {spikes, spikes};
    e.stimuli[1].weight_h_0 = -1.5;
    const auto wiring = make_wiring(e);
    const Network network(e, *wiring, Partition(e.populations.size(), 1), 0);
    const GivenSpikes given(e, network);
    const auto forced = given.forced(0, 5000);
    ASSERT_EQ(forced.size(), 4u);
    const std::pair<Step, std::uint32_t> expected[] = {{500, 1}, {500, 4}, {751, 7}, {999, 1}};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(forced[i].step, expected[i].first);
        EXPECT_EQ(forced[i].neuron, expected[i].second);
        const LocalInput& input = given.inputs(0, 5000)[i];
        EXPECT_EQ(input.step, expected[i].first);
        EXPECT_EQ(input.weight, model::to_fixed_point(-1.5 * 4.20075));
    }
    EXPECT_EQ(given.forced(500, 501).size(), 2u);
    EXPECT_EQ(given.forced(501, 751).size(), 0u);
    EXPECT_EQ(given.inputs(751, 1000).size(), 2u);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "simulation/spike_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "experiment/experiment.hpp"

namespace engram::test {
namespace {

// Delay 15 steps, window 2500 steps; 10 excitatory neurons and 5 inhibitory ones.
Experiment small() {
    Experiment e;
    e.populations = {10, 5};
    return e;
}

SpikeHistory with_spikes(const std::vector<std::pair<Step, NeuronId>>& spikes) {
    SpikeHistory history(small());
    for (const auto& [step, neuron] : spikes) {
        const PackedSpike spike = pack_spike(static_cast<std::uint32_t>(step % 15), neuron);
        history.add({&spike, 1}, step / 15 * 15);
    }
    return history;
}

std::vector<SpikeEvent> leaving(const SpikeHistory& history, Step delay, Step begin, Step end) {
    std::vector<SpikeEvent> found;
    history.for_each_leaving(delay, begin, end, [&](Step step, NeuronId neuron) {
        found.push_back({step, neuron});
    });
    return found;
}

std::vector<NeuronId> before(const SpikeHistory& history, Step delay, Step step) {
    std::vector<NeuronId> found;
    history.for_each_before(delay, step, [&](NeuronId neuron) { found.push_back(neuron); });
    return found;
}

TEST(SpikeHistory, LeavesAfterTheClosedWindow) {
    const SpikeHistory history = with_spikes({{100, 3}, {101, 4}, {130, 12}});
    EXPECT_TRUE(leaving(history, 0, 0, 2601).empty());
    ASSERT_EQ(leaving(history, 0, 2601, 2700).size(), 2u);  // not of the inhibitory neuron
    EXPECT_EQ(leaving(history, 0, 2601, 2700)[0].step, 2601);
    EXPECT_EQ(leaving(history, 0, 2602, 2603)[0].neuron, 4u);
    EXPECT_EQ(leaving(history, 15, 2600, 2700)[0].step, 2616);
}

TEST(SpikeHistory, TellsWhatCountsBeforeAStep) {
    const SpikeHistory history = with_spikes({{100, 3}, {101, 4}});
    EXPECT_TRUE(before(history, 0, 100).empty());
    EXPECT_EQ(before(history, 0, 101), (std::vector<NeuronId>{3}));
    EXPECT_EQ(before(history, 0, 102), (std::vector<NeuronId>{3, 4}));
    EXPECT_EQ(before(history, 15, 116), (std::vector<NeuronId>{3}));
    // At step 2600 the first still counts; at 2601 it does not.
    EXPECT_EQ(before(history, 0, 2601), (std::vector<NeuronId>{3, 4}));
    EXPECT_EQ(before(history, 0, 2602), (std::vector<NeuronId>{4}));
}

TEST(SpikeHistory, ForgetsOnlyWhatHasLeftEverywhere) {
    SpikeHistory history = with_spikes({{100, 3}, {101, 4}});
    history.forget_before(2616);
    EXPECT_EQ(history.spikes().size(), 2u);
    history.forget_before(2617);
    ASSERT_EQ(history.spikes().size(), 1u);
    EXPECT_EQ(history.spikes()[0].neuron, 4u);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Presynaptic calcium on its way.
#include "simulation/calcium_influx.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

using Events = std::vector<SpikeEvent>;

// 3 excitatory and 2 inhibitory neurons; 94 steps from spike to influx.
Experiment five_neurons() {
    Experiment e;
    e.populations = {3, 2};
    e.synapses.t_ca_delay_ms = 18.8;
    return e;
}

CalciumInflux with_two_epochs() {
    CalciumInflux influx(five_neurons());
    influx.schedule(std::vector{pack_spike(0, 1), pack_spike(4, 0), pack_spike(4, 3)}, 30);
    influx.schedule(std::vector{pack_spike(0, 2), pack_spike(14, 0), pack_spike(14, 4)}, 45);
    return influx;
}

TEST(CalciumInflux, FollowsSpikesOfExcitatoryNeurons) {
    EXPECT_EQ(with_two_epochs().due(), (Events{{124, 1}, {128, 0}, {139, 2}, {153, 0}}));
}

TEST(CalciumInflux, IsTakenOnceInTheBlockOfItsStep) {
    CalciumInflux influx = with_two_epochs();
    EXPECT_EQ(influx.take_before(124), Events{});
    EXPECT_EQ(influx.take_before(129), (Events{{124, 1}, {128, 0}}));
    EXPECT_EQ(influx.take_before(129), Events{});
    influx.schedule(std::vector{pack_spike(1, 1)}, 60);
    EXPECT_EQ(influx.due(), (Events{{139, 2}, {153, 0}, {155, 1}}));
    EXPECT_EQ(influx.take_before(1000).size(), 3u);
    EXPECT_TRUE(influx.due().empty());
}

TEST(CalciumInflux, GoesOnFromWhatACheckpointHolds) {
    CalciumInflux restored(five_neurons());
    restored.schedule(std::vector{pack_spike(0, 0)}, 0);
    restored.restore(with_two_epochs().due());
    EXPECT_EQ(restored.take_before(139), (Events{{124, 1}, {128, 0}}));
    restored.clear();
    EXPECT_TRUE(restored.due().empty());
}

}  // namespace
}  // namespace engram::test

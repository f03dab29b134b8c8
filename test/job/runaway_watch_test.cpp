// SPDX-License-Identifier: Apache-2.0
#include "job/runaway_watch.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

using job::RunawayWatch;

// Of 100 + 25 neurons, 0.2 ms; a stimulus from 1 s to 1.1 s.
Experiment small() {
    Experiment e;
    e.populations = {100, 25};
    e.duration_s = 10;
    e.groups = {{"assembly", {0, 1, 2}}};
    Stimulus pulse;
    pulse.name = "pulse";
    pulse.scheme = Scheme::rect;
    pulse.group = "assembly";
    pulse.start_s = 1.0;
    pulse.duration_s = 0.1;
    e.stimuli = {pulse};
    return e;
}

// Epochs of 3 ms in which excitatory neurons fire at a rate.
void run(RunawayWatch& watch, double begin_s, double end_s, double rate_Hz) {
    const auto spikes = static_cast<std::size_t>(rate_Hz * 0.003 * 100);
    for (Step step = static_cast<Step>(begin_s / 0.0002); step < end_s / 0.0002; step += 15)
        watch.epoch_done(step + 15, spikes, spikes);
}

TEST(RunawayWatch, WarnsOfHalfOfTheHighestRate) {
    RunawayWatch watch(small());
    EXPECT_DOUBLE_EQ(watch.limit_Hz(), 250.0);
    watch.phase_begins({}, 0);
    run(watch, 0.0, 0.9, 240.0);
    EXPECT_FALSE(watch.has_warned());
    testing::internal::CaptureStderr();
    run(watch, 2.0, 2.9, 300.0);
    EXPECT_TRUE(watch.has_warned());
    run(watch, 2.9, 5.0, 300.0);
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find("runs away"), std::string::npos) << text;
    EXPECT_EQ(text.find("runs away"), text.rfind("runs away")) << text;
    EXPECT_NE(text.find("300 Hz"), std::string::npos) << text;
}

TEST(RunawayWatch, DoesNotCountWhileAStimulusIsOn) {
    RunawayWatch watch(small());
    watch.phase_begins({}, 3000);
    run(watch, 0.6, 1.5, 400.0);  // 0.4 s before it and 0.4 s after
    EXPECT_FALSE(watch.has_warned());
    run(watch, 1.5, 1.7, 400.0);
    EXPECT_TRUE(watch.has_warned());
}

// A burst that is shorter than the interval is none.
TEST(RunawayWatch, WantsItToLast) {
    RunawayWatch watch(small());
    watch.phase_begins({}, 0);
    run(watch, 0.0, 0.2, 400.0);
    run(watch, 0.2, 0.99, 1.0);
    EXPECT_FALSE(watch.has_warned());
}

}  // namespace
}  // namespace engram::test

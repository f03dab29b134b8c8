// SPDX-License-Identifier: Apache-2.0
#include "job/runaway_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

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

// Epochs of 3 ms in which the neurons [first, 100), and one inhibitory one, fire at a rate.
void run(RunawayWatch& watch, double begin_s, double end_s, double rate_Hz, NeuronId first = 0) {
    double due = 0;
    for (Step step = std::lround(begin_s / 0.0002); step < std::lround(end_s / 0.0002);
         step += 15) {
        std::vector<SpikeEvent> spikes;
        for (due += rate_Hz * 0.003; due >= 1.0; due -= 1.0)
            for (NeuronId id = first; id < 101; ++id) spikes.push_back({step, id});
        watch.spikes_fired(step + 15, spikes);
    }
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
    // 151 spikes in 167 epochs, which are the first not to end before 0.5 s.
    EXPECT_NE(text.find("neurons fire at 301 Hz"), std::string::npos) << text;
}

TEST(RunawayWatch, DoesNotCountWhileAStimulusIsOn) {
    RunawayWatch watch(small());
    watch.phase_begins({}, 3000);
    run(watch, 0.6, 1.5, 400.0);  // 0.4 s before it and 0.4 s after
    EXPECT_FALSE(watch.has_warned());
    run(watch, 1.5, 1.7, 400.0);
    EXPECT_TRUE(watch.has_warned());
}

// Pulses to two groups, 0.1 s and 0.2 s apart, from 1 s to 4 s.
Experiment stimulated() {
    Experiment e = small();
    e.groups.add({"others", {3, 4}});
    e.stimuli.clear();
    for (int i = 0; i < 10; ++i) {
        Stimulus pulse;
        pulse.name = "pulse" + std::to_string(i);
        pulse.scheme = Scheme::rect;
        pulse.group = i % 2 == 0 ? "assembly" : "others";
        pulse.start_s = 1.0 + 0.3 * i;
        pulse.duration_s = i == 9 ? 0.3 : 0.1;
        e.stimuli.push_back(pulse);
    }
    return e;
}

TEST(RunawayWatch, CountsThoseThatReceiveNoneWhileStimuliAreOn) {
    RunawayWatch watch(stimulated());
    watch.phase_begins({}, 3000);
    testing::internal::CaptureStderr();
    run(watch, 0.6, 1.4, 400.0, 5);
    EXPECT_FALSE(watch.has_warned());
    run(watch, 1.4, 2.1, 400.0, 5);
    EXPECT_TRUE(watch.has_warned());
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find("excitatory neurons that receive no stimulus fire at 40"),
              std::string::npos)
        << text;
}

// However fast: 3 of 100 as mean rate are 15 Hz, and they are not among those that count.
TEST(RunawayWatch, DoesNotCountThoseThatAreStimulated) {
    Experiment e = small();
    e.stimuli[0].duration_s = 8.0;
    for (const NeuronId n_others : {1u, 97u}) {
        RunawayWatch watch(e);
        watch.phase_begins({}, 5000);
        for (Step step = 5000; step < 40000; step += 15) {
            std::vector<SpikeEvent> spikes;
            for (NeuronId id = 0; id < 3 + n_others; ++id) spikes.push_back({step, id});
            watch.spikes_fired(step + 15, spikes);
        }
        EXPECT_EQ(watch.has_warned(), n_others == 97u) << n_others;
    }
}

TEST(RunawayWatch, HasNobodyToCountWhereAllAreStimulated) {
    Experiment e = small();
    e.stimuli[0].duration_s = 8.0;
    std::vector<NeuronId> all(100);
    std::iota(all.begin(), all.end(), 0u);
    e.groups = {{"assembly", all}};
    RunawayWatch watch(e);
    watch.phase_begins({}, 0);
    run(watch, 0.99, 8.9, 400.0);
    EXPECT_FALSE(watch.has_warned());
    run(watch, 9.0, 9.6, 400.0);
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

// SPDX-License-Identifier: Apache-2.0
// Every stimulus scheme, on each executor, against the dense oracle.
#include <gtest/gtest.h>

#include <memory>

#include "experiment/keys.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// 12 + 3 neurons with noise and fast late-phase dynamics; the first six are stimulated.
class OracleSchemes : public OnEachExecutor {
  protected:
    static Experiment network(double duration_s) {
        Experiment e = noisy_learning_network();
        e.populations = {12, 3};
        e.connectivity.probability = 0.5;
        e.groups = {group_of("stimulated", 0, 6), group_of("overlapping", 4, 5),
                    group_of("inh", 12, 3)};
        e.duration_s = duration_s;
        e.stimuli.clear();
        return e;
    }
    static Stimulus stimulus(Scheme scheme, double start_s) {
        Stimulus s;
        s.name = "stimulus";
        s.scheme = scheme;
        s.group = "stimulated";
        s.start_s = start_s;
        s.n_inputs = 25;
        s.rate_Hz = 100;
        return s;
    }
    void compare(const Experiment& experiment, AtLeast at_least) const {
        compare_with_oracle(experiment, executor(), at_least);
    }
};

TEST_P(OracleSchemes, Rect) {
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::rect, 0.0834)};
    e.stimuli[0].duration_s = 0.2222;
    compare(e, {300, 10});
}

TEST_P(OracleSchemes, OnePulse) {
    Experiment e = network(0.4);
    e.stimuli = {stimulus(Scheme::onepulse, 0.1)};
    compare(e, {200, 5});
}

TEST_P(OracleSchemes, Triplet) {
    Experiment e = network(1.3);
    e.stimuli = {stimulus(Scheme::triplet, 0.05)};
    compare(e, {500, 10});
}

// Three trains with pauses between them.
TEST_P(OracleSchemes, StrongTetanus) {
    Experiment e = network(3.6);
    e.stimuli = {stimulus(Scheme::stet, 0.1)};
    e.stimuli[0].duration_s = 2.4;
    compare(e, {1000, 10});
}

TEST_P(OracleSchemes, WeakTetanus) {
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::wtet, 0.1034)};
    compare(e, {100, 5});
}

TEST_P(OracleSchemes, PoissonTrains) {
    Experiment e = network(0.6);
    e.stimuli = {stimulus(Scheme::poisson, 0.1034)};
    e.stimuli[0].train_s = 0.1016;
    e.stimuli[0].period_s = 0.1502;
    e.stimuli[0].repeats = 3;
    compare(e, {100, 5});
}

TEST_P(OracleSchemes, StrongLowFrequency) {
    Experiment e = network(2.0);
    e.stimuli = {stimulus(Scheme::slfs, 0.1)};
    compare(e, {100, 5});
}

TEST_P(OracleSchemes, WeakLowFrequency) {
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::wlfs, 0.1)};
    compare(e, {100, 5});
}

TEST_P(OracleSchemes, Full) {
    Experiment e = network(0.4);
    e.stimuli = {stimulus(Scheme::full, 0.1)};
    compare(e, {300, 10});
}

TEST_P(OracleSchemes, Explicit) {
    Experiment e = network(0.4);
    e.stimuli = {forced_spikes("stimulated")};
    compare(e, {200, 5});
}

TEST_P(OracleSchemes, CurrentWithAndWithoutNoise) {
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::current, 0.0534), stimulus(Scheme::current, 0.1)};
    for (Stimulus& current : e.stimuli) {
        current.train_s = 0.0512;
        current.period_s = 0.1502;
        current.repeats = 3;
        current.mean_nA = 60;
        current.sigma_wn_nA_sqrt_s = 3.0;
    }
    e.stimuli[1].group = "overlapping";
    e.stimuli[1].mean_nA = -0.8;
    e.stimuli[1].sigma_wn_nA_sqrt_s = 0.0;
    compare(e, {100, 5});
}

TEST_P(OracleSchemes, SineInInhibitoryNeurons) {
    Experiment e = network(0.6);
    e.stimuli = {stimulus(Scheme::sine, 0.0334), stimulus(Scheme::rect, 0.1)};
    e.stimuli[0].group = "inh";
    e.stimuli[0].duration_s = 0.5002;
    e.stimuli[0].mean_nA = 0.3;
    e.stimuli[0].amplitude_nA = 1.2;
    e.stimuli[0].frequency_Hz = 7.3;
    e.stimuli[0].phase_deg = -50;
    e.stimuli[1].duration_s = 0.1;
    compare(e, {100, 5});
}

// Values at times that are no multiples of the step, held and with straight lines between them; the
// last one stays.
TEST_P(OracleSchemes, Waveforms) {
    StimulusContent content;
    content.times_ms = {0, 10.33, 40, 90.11, 200.7};
    content.values_nA = {0.5, 2.0, -1.0, 3.0, 1.1};
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::waveform, 0.0534), stimulus(Scheme::waveform, 0.1)};
    for (Stimulus& waveform : e.stimuli) {
        waveform.duration_s = 0.3;
        waveform.content.content = std::make_shared<StimulusContent>(content);
    }
    e.stimuli[1].group = "overlapping";
    e.stimuli[1].interpolation = Interpolation::linear;
    compare(e, {100, 5});
}

// Spikes of single neurons, in no order, some in one step, some behind the end: forced ones, and
// input of both signs.
TEST_P(OracleSchemes, SpikesOfSingleNeurons) {
    StimulusContent content;
    for (int i = 0; i < 400; ++i) {
        content.times_ms.push_back((i * 7919 % 40000) / 100.0);
        content.nodes.push_back(static_cast<std::uint32_t>(i * 31 % 5));
        if (i % 9 != 0) continue;
        content.times_ms.push_back(content.times_ms.back());
        content.nodes.push_back(content.nodes.back());
    }
    Experiment e = network(0.5);
    e.stimuli = {stimulus(Scheme::spikes, 0.0534), stimulus(Scheme::spikes, 0.06),
                 stimulus(Scheme::spikes, 0.1), stimulus(Scheme::onepulse, 0.2)};
    for (Stimulus& spikes : e.stimuli) {
        spikes.duration_s = 0.3;
        spikes.content.content = std::make_shared<StimulusContent>(content);
    }
    e.stimuli[1].group = "overlapping";
    e.stimuli[1].weight_h_0 = 2.5;
    e.stimuli[2].weight_h_0 = -1.5;
    compare(e, {200, 5});
}

// Trains that overlap, spikes at given times and currents at once, in groups that overlap: spikes
// are wanted of neurons that are refractory, or fire by themselves.
TEST_P(OracleSchemes, TrainsForcedSpikesAndCurrentsTogether) {
    Experiment e = network(0.9);
    e.stimuli = {stimulus(Scheme::stet, 0.1), forced_spikes("overlapping"),
                 stimulus(Scheme::rect, 0.3), stimulus(Scheme::onepulse, 0.35)};
    e.stimuli[0].duration_s = 0.5;
    e.stimuli[2].duration_s = 0.1;
    e.stimuli[3].group = "overlapping";
    compare(e, {500, 10});
}

TEST_P(OracleSchemes, WiringFromAFile) {
    Experiment e = network(0.4);
    e.populations = {4, 0};
    e.connectivity.file = ENGRAM_SOURCE_DIR "/configs/connections_smallnet2.txt";
    e.groups = {group_of("stimulated", 0, 2)};
    e.stimuli = {forced_spikes("stimulated")};
    compare(e, {100, 0});
}

// Those to come, too: each key that they take has a value that matters.
TEST_P(OracleSchemes, EachOfThem) {
    Experiment e = network(1.2);
    e.record.neurons = {0, 3, 9, 13};
    e.record.every_steps = 3;
    DenseSimulator without(e);
    without.run();
    for (const SchemeEntry& entry : scheme_entries()) {
        SCOPED_TRACE(entry.name);
        Stimulus one = stimulus(entry.scheme, 0.1);
        one.duration_s = 1.0;
        one.spike_times_ms = {120.4, 151.0, 300.2};
        one.train_s = 0.1;
        one.period_s = 0.3;
        one.repeats = 3;
        one.mean_nA = 20;
        one.sigma_wn_nA_sqrt_s = 1.5;
        one.amplitude_nA = 30;
        one.frequency_Hz = 9;
        one.phase_deg = 40;
        keys::scheme.for_each([&](const auto& key) {
            if (entry.find(key.name) == nullptr) one.*key.member = Stimulus{}.*key.member;
        });
        one.content.content = std::make_shared<StimulusContent>(
            StimulusContent{{0, 50.2, 180, 600}, {25, -3, 40, 11}, {2, 0, 5, 1}});
        e.stimuli = {one};
        DenseSimulator with(e);
        with.run();
        EXPECT_NE(with.spikes().size(), without.spikes().size());
        compare(e, {1, 0});
    }
}

ENGRAM_ON_EACH_EXECUTOR(OracleSchemes);

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Stimulus currents without noise, which the solution of a block takes in: against the oracle,
// which steps everyone, and the same bits whoever looks.
#include <gtest/gtest.h>

#include <memory>

#include "experiment/conditions.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Stimulus stimulus_of(Scheme scheme, const std::string& group, double start_s, double duration_s) {
    Stimulus s;
    s.name = group + std::to_string(start_s);
    s.scheme = scheme;
    s.group = group;
    s.start_s = start_s;
    s.duration_s = duration_s;
    return s;
}
Stimulus sine(const std::string& group, double start_s, double duration_s, double amplitude_nA,
              double frequency_Hz) {
    Stimulus s = stimulus_of(Scheme::sine, group, start_s, duration_s);
    s.amplitude_nA = amplitude_nA;
    s.frequency_Hz = frequency_Hz;
    return s;
}
Stimulus current(const std::string& group, double start_s, double duration_s, double mean_nA) {
    Stimulus s = stimulus_of(Scheme::current, group, start_s, 0);
    s.train_s = duration_s;
    s.repeats = 1;
    s.mean_nA = mean_nA;
    return s;
}

// 12 + 3 neurons with noise, which fire now and then by themselves.
Experiment network() {
    Experiment e = noisy_learning_network();
    e.populations = {12, 3};
    e.connectivity.probability = 0.5;
    e.background = {0.3, 0.1};
    e.groups = {group_of("all", 0, 15), group_of("first", 0, 6), group_of("middle", 4, 5),
                group_of("last", 9, 3), group_of("one", 2, 1)};
    e.duration_s = 0.5;
    e.stimuli.clear();
    return e;
}

// A current that drives neurons across the threshold and back within a block, of 15 steps.
Stimulus swings(const std::string& group) {
    StimulusContent content;
    for (int k = 0; k < 2000; ++k) {
        content.times_ms.push_back(k * 0.2);
        content.values_nA.push_back(k % 15 < 3 ? 14.0 : k % 15 < 6 ? -14.5 : 0.0);
    }
    Stimulus s = stimulus_of(Scheme::waveform, group, 0.06, 0.4);
    s.content.content = std::make_shared<StimulusContent>(content);
    return s;
}

// Of both signs, several at once, beginning and ending within blocks, together with what has noise
// and with forced spikes.
Experiment all_at_once() {
    Experiment e = network();
    e.stimuli = {sine("all", 0.0334, 0.4502, 0.6, 17.0), current("middle", 0.1102, 0.2, -0.4),
                 current("first", 0.1502, 0.0302, 1.4), swings("last")};
    Stimulus noisy = stimulus_of(Scheme::rect, "middle", 0.2002, 0.05);
    noisy.n_inputs = 2;
    noisy.rate_Hz = 50;
    e.stimuli.push_back(noisy);
    e.stimuli.push_back(forced_spikes("one"));
    return e;
}

class KnownCurrents : public OnEachExecutor {
  protected:
    // As the oracle, also where everyone is recorded; and then no bit is another one.
    void compare(Experiment e, AtLeast at_least) const {
        compare_with_oracle(e, executor(), at_least);
        const CompleteRun unseen(e, executor());
        for (NeuronId id = 0; id < e.populations.size(); ++id) e.record.neurons.push_back(id);
        e.record.every_steps = 1;
        at_least.samples = 15;
        compare_with_oracle(e, executor(), at_least);
        const CompleteRun seen(e, executor());
        EXPECT_EQ(unseen.sink.spikes, seen.sink.spikes);
        expect_same_bits(unseen.sink.snapshots.back().h_mV, seen.sink.snapshots.back().h_mV, "h");
        // V of a neuron that was looked at at last is the one of a neuron that was not.
        Experiment at_end = e;
        at_end.record.every_steps = e.duration_steps() - 1;
        const CompleteRun late(at_end, executor());
        const std::size_t width = seen.sink.rows.size() / seen.sink.n_rows;
        ASSERT_EQ(late.sink.rows.size() / late.sink.n_rows, width);
        const std::vector<double> last(seen.sink.rows.end() - static_cast<std::ptrdiff_t>(width),
                                       seen.sink.rows.end());
        const std::vector<double> last_of_late(
            late.sink.rows.end() - static_cast<std::ptrdiff_t>(width), late.sink.rows.end());
        expect_same_bits(last_of_late, last, "last sample");
    }
};

TEST_P(KnownCurrents, BelowThreshold) {
    Experiment e = network();
    e.stimuli = {sine("all", 0.0, 0.5, 0.3, 10.0)};
    compare(e, {20, 0});
}

// Neurons fire, and are held, in most blocks.
TEST_P(KnownCurrents, AboveThreshold) {
    Experiment e = network();
    e.stimuli = {current("first", 0.05, 0.3, 3.0), sine("last", 0.1, 0.3, 4.0, 40.0)};
    compare(e, {300, 5});
}

TEST_P(KnownCurrents, AcrossTheThresholdWithinBlocks) {
    Experiment e = network();
    e.background = {0.4, 0.02};
    e.stimuli = {swings("all")};
    compare(e, {150, 0});
}

// One that holds neurons down must not hide another.
TEST_P(KnownCurrents, AgainstEachOther) {
    Experiment e = network();
    e.stimuli = {current("all", 0.05, 0.4, -3.0), current("first", 0.0502, 0.4, 4.2),
                 sine("middle", 0.1, 0.3, 2.0, 100.0)};
    compare(e, {100, 0});
}

TEST_P(KnownCurrents, AllAtOnce) {
    compare(all_at_once(), {200, 5});
}

TEST_P(KnownCurrents, InSeveralBlocksPerEpoch) {
    Experiment e = all_at_once();
    e.dt_ms = 0.1;
    e.synapses.t_ax_delay_ms = 7.0;
    e.duration_s = 0.3;
    compare(e, {100, 5});
}

TEST_P(KnownCurrents, InEpochsOfOneStep) {
    Experiment e = all_at_once();
    e.synapses.t_ax_delay_ms = 0.2;
    e.duration_s = 0.25;
    compare(e, {100, 5});
}

TEST_P(KnownCurrents, WithoutAnyNoise) {
    Experiment e = all_at_once();
    e.background = {0.7, 0.0};
    e.synapses.sigma_pl_mV = 0.0;
    compare(e, {200, 5});
}

// Of which no two neurons have the same; several are not point neurons.
TEST_P(KnownCurrents, InPopulationsOfTheirOwn) {
    Experiment e = all_at_once();
    NeuronParameters slow = e.neuron, cable = e.neuron;
    slow.r_leak_MOhm = 20.0;
    slow.c_mem_nF = 0.9;
    cable.morphology.emplace().compartment_um = 6.0;
    std::vector<Population> populations(e.populations.begin(), e.populations.end());
    populations[1].neuron = slow;
    populations[0].neuron = cable;
    e.populations = Populations(populations);
    compare(e, {100, 0});
    populations[0].neuron = slow;
    populations[1].neuron = cable;
    e.populations = Populations(std::move(populations));
    compare(e, {100, 0});
}

// Changes of the background cut blocks, in which all are stepped.
TEST_P(KnownCurrents, WithBackgroundsForATime) {
    Experiment e = all_at_once();
    BackgroundChange more;
    more.name = "more";
    more.group = "first";
    more.start_s = 0.1006;
    more.duration_s = 0.1;
    more.mean_nA = 0.9;
    more.sigma_wn_nA_sqrt_s = 0.05;
    e.background_changes = {more};
    e.changes = condition_changes(e);
    const CompleteRun run(e, executor());
    const CompleteRun processor(e);
    expect_same_results(run.sink, processor.sink);
    EXPECT_GE(run.sink.spikes.size(), 200u);
}

TEST_P(KnownCurrents, ResumedInTheMiddle) {
    Experiment e = all_at_once();
    e.record.neurons = {0, 5, 14};
    e.record.every_steps = 7;
    const CompleteRun whole(e, executor());
    for (const double time_s : {0.02, 0.12, 0.16, 0.31})
        expect_same_results(interrupted_run(e, executor(), time_s), whole.sink);
}

ENGRAM_ON_EACH_EXECUTOR(KnownCurrents);

// Else it would cost several times as much: of many neurons hardly any.
TEST(KnownCurrentsOnTheProcessor, StepNobodyWhoStaysBelow) {
    Experiment e;
    e.fast_forward = FastForward::off;
    e.populations = {300, 100};
    e.duration_s = 0.6;
    e.groups = {group_of("all", 0, 400)};
    const auto stepped = [&](std::vector<Stimulus> stimuli) {
        e.stimuli = std::move(stimuli);
        const CompleteRun run(e);
        const double n_blocks = 400 * e.duration_s / 0.003;
        return static_cast<double>(run.simulation.work().stepped_blocks) / n_blocks;
    };
    const double alone = stepped({});
    EXPECT_LT(alone, 0.01);
    EXPECT_LT(stepped({sine("all", 0, 1, 0.1, 5.0)}), 0.01 + 3 * alone);
    EXPECT_LT(stepped({current("all", 0, 1, -2.0)}), alone + 0.001);
    Stimulus noisy = current("all", 0, 1, -2.0);
    noisy.sigma_wn_nA_sqrt_s = 0.01;
    EXPECT_EQ(stepped({noisy}), 1.0);
}

}  // namespace
}  // namespace engram::test

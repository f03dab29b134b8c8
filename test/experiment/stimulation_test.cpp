// SPDX-License-Identifier: Apache-2.0
// Stimuli as steps and currents.
#include "experiment/stimulation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace engram {
namespace {

Experiment experiment_with(Scheme scheme, double duration_s) {
    Experiment experiment;
    experiment.duration_s = duration_s;
    Stimulus stimulus;
    stimulus.scheme = scheme;
    stimulus.start_s = 10;
    stimulus.duration_s = 1200;
    stimulus.n_inputs = 25;
    stimulus.rate_Hz = 100;
    stimulus.spike_times_ms = {10, 20.2, 100};
    experiment.stimuli = {stimulus};
    return experiment;
}

TEST(Stimulation, current_of_25_inputs_at_100_Hz) {
    const Stimulation stimulation = make_stimulation(experiment_with(Scheme::onepulse, 30));
    ASSERT_EQ(stimulation.pulses.size(), 1u);
    const CurrentPulse& pulse = stimulation.pulses[0];
    EXPECT_DOUBLE_EQ(pulse.current[0].mean_nA, 1050.1875);
    EXPECT_DOUBLE_EQ(pulse.current[0].sigma_nA, 210.0375);
    EXPECT_EQ(pulse.begin, 50000);
    EXPECT_EQ(pulse.end, 50500);
}

TEST(Stimulation, current_scales_with_inputs_resistance_and_time_constant) {
    Experiment experiment = experiment_with(Scheme::onepulse, 30);
    experiment.stimuli[0].n_inputs = 100;
    experiment.neuron.r_leak_MOhm = 20;
    experiment.synapses.tau_syn_ms = 20;
    const CurrentPulse pulse = make_stimulation(experiment).pulses.at(0);
    EXPECT_DOUBLE_EQ(pulse.current[0].mean_nA, 2 * 1050.1875);
    EXPECT_DOUBLE_EQ(pulse.current[0].sigma_nA, 210.0375 / 2);
}

TEST(Stimulation, triplet_has_three_pulses) {
    const Stimulation stimulation = make_stimulation(experiment_with(Scheme::triplet, 30));
    ASSERT_EQ(stimulation.pulses.size(), 3u);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(stimulation.pulses[i].begin, 50000 + i * 2500);
        EXPECT_EQ(stimulation.pulses[i].end, 50500 + i * 2500);
        EXPECT_DOUBLE_EQ(stimulation.pulses[i].current[0].mean_nA, 1050.1875);
    }
}

TEST(Stimulation, pulses_are_clipped_to_the_run) {
    const Stimulation stimulation = make_stimulation(experiment_with(Scheme::triplet, 10.55));
    ASSERT_EQ(stimulation.pulses.size(), 2u);
    EXPECT_EQ(stimulation.pulses[1].begin, 52500);
    EXPECT_EQ(stimulation.pulses[1].end, 52750);
}

TEST(Stimulation, rect_and_full) {
    const Stimulation rect = make_stimulation(experiment_with(Scheme::rect, 5000));
    ASSERT_EQ(rect.pulses.size(), 1u);
    EXPECT_EQ(rect.pulses[0].end, 1210 * 5000);
    const Stimulation full = make_stimulation(experiment_with(Scheme::full, 5000));
    ASSERT_EQ(full.pulses.size(), 1u);
    EXPECT_EQ(full.pulses[0].begin, 50000);
    EXPECT_EQ(full.pulses[0].end, 5000 * 5000);
}

TEST(Stimulation, strong_tetanus_has_three_trains) {
    const Stimulation stimulation = make_stimulation(experiment_with(Scheme::stet, 5000));
    EXPECT_TRUE(stimulation.pulses.empty());
    ASSERT_EQ(stimulation.trains.size(), 3u);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(stimulation.trains[i].begin, (10 + i * 600) * 5000);
        EXPECT_EQ(stimulation.trains[i].end, (11 + i * 600) * 5000);
        EXPECT_DOUBLE_EQ(stimulation.trains[i].probability_per_step, 0.02);
    }
}

TEST(Stimulation, weak_tetanus_is_one_train) {
    const Stimulation stimulation = make_stimulation(experiment_with(Scheme::wtet, 5000));
    EXPECT_TRUE(stimulation.pulses.empty());
    EXPECT_TRUE(stimulation.forced.empty());
    ASSERT_EQ(stimulation.trains.size(), 1u);
    EXPECT_EQ(stimulation.trains[0].begin, 50000);
    EXPECT_EQ(stimulation.trains[0].end, 51000);
    EXPECT_DOUBLE_EQ(stimulation.trains[0].probability_per_step, 0.02);
}

TEST(Stimulation, low_frequency_protocols) {
    const Stimulation strong = make_stimulation(experiment_with(Scheme::slfs, 5000));
    ASSERT_EQ(strong.trains.size(), 900u);
    EXPECT_EQ(strong.trains[0].begin, 50000);
    EXPECT_EQ(strong.trains[0].end, 50750);
    EXPECT_EQ(strong.trains[899].begin, 50000 + 899 * 5750);
    const Stimulation weak = make_stimulation(experiment_with(Scheme::wlfs, 5000));
    ASSERT_EQ(weak.trains.size(), 1u);
    EXPECT_EQ(weak.trains[0].end, 910 * 5000);
}

TEST(Stimulation, poisson_trains_are_as_given) {
    Experiment experiment = experiment_with(Scheme::poisson, 5000);
    experiment.stimuli[0].train_s = 0.5;
    experiment.stimuli[0].period_s = 2.0;
    experiment.stimuli[0].repeats = 4;
    const Stimulation stimulation = make_stimulation(experiment);
    EXPECT_TRUE(stimulation.pulses.empty());
    ASSERT_EQ(stimulation.trains.size(), 4u);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(stimulation.trains[i].begin, (10 + i * 2) * 5000);
        EXPECT_EQ(stimulation.trains[i].end, (10 + i * 2) * 5000 + 2500);
    }
}

TEST(Stimulation, explicit_spikes_at_the_nearest_steps) {
    Experiment experiment = experiment_with(Scheme::explicit_spikes, 0.1);
    experiment.stimuli.insert(experiment.stimuli.begin(), Stimulus{});  // nothing, at index 0
    const Stimulation stimulation = make_stimulation(experiment);
    ASSERT_EQ(stimulation.forced.size(), 2u);  // the third is at the end of the run
    EXPECT_EQ(stimulation.forced[0].step, 50);
    EXPECT_EQ(stimulation.forced[1].step, 101);
    EXPECT_EQ(stimulation.forced[1].stimulus, 1u);
}

TEST(Stimulation, many_ranges_are_told_as_few) {
    Experiment experiment = experiment_with(Scheme::explicit_spikes, 0.1);
    std::vector<StepRange> ranges = stimulus_ranges(experiment, experiment.stimuli[0]);
    ASSERT_EQ(ranges.size(), 2u);  // within the run
    EXPECT_EQ(joined(ranges, 2).size(), 2u);
    ranges = {{0, 1}, {5, 6}, {10, 12}, {20, 21}, {30, 40}};
    const std::vector<StepRange> few = joined(ranges, 2);
    ASSERT_EQ(few.size(), 2u);
    EXPECT_EQ(few[0].begin, 0);
    EXPECT_EQ(few[0].end, 12);
    EXPECT_EQ(few[1].begin, 20);
    EXPECT_EQ(few[1].end, 40);
}

TEST(Experiment, steps_are_exact_for_long_times) {
    Experiment experiment;
    EXPECT_EQ(experiment.steps_from_s(28810), 144050000);
    EXPECT_EQ(experiment.steps_from_ms(18.8), 94);
    EXPECT_EQ(experiment.steps_from_ms(0.6), 3);
    experiment.dt_ms = 0.1;
    EXPECT_EQ(experiment.steps_from_s(8.0 * 7 * 24 * 3600), Step{48384000000});
    experiment.dt_ms = 0.002;
    for (Step step = 0; step < 100000; ++step)
        ASSERT_EQ(experiment.steps_from_ms(static_cast<double>(step) * 2 / 1000), step);
}

TEST(Experiment, unknown_group_is_an_exception) {
    EXPECT_THROW(Experiment{}.group("assembly"), std::out_of_range);
}

}  // namespace
}  // namespace engram

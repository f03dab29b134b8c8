// SPDX-License-Identifier: Apache-2.0
// Schedules: published names, boundaries of phases in steps, general lists of stimuli.
#include "experiment/schedule.hpp"

#include <gtest/gtest.h>

#include "experiment/stimulation.hpp"

namespace engram {
namespace {

constexpr Step per_second = 5000;  // at dt = 0.2 ms

Stimulus make_stimulus(Scheme scheme, StimulusRole role, double start_s) {
    Stimulus stimulus;
    stimulus.scheme = scheme;
    stimulus.role = role;
    stimulus.start_s = start_s;
    stimulus.n_inputs = 25;
    stimulus.rate_Hz = 100;
    return stimulus;
}

Stimulus learn_at(double start_s) {
    return make_stimulus(Scheme::triplet, StimulusRole::learn, start_s);
}

Stimulus recall_at(double start_s) {
    return make_stimulus(Scheme::onepulse, StimulusRole::recall, start_s);
}

Schedule schedule_of(double duration_s, std::vector<Stimulus> stimuli,
                     FastForward fast_forward = FastForward::automatic) {
    Experiment experiment;
    experiment.duration_s = duration_s;
    experiment.stimuli = std::move(stimuli);
    experiment.fast_forward = fast_forward;
    return make_schedule(experiment);
}

// "label kind [begin, end)" of each phase, for comparisons that show everything.
std::vector<std::string> lines(const Schedule& schedule) {
    std::vector<std::string> result;
    for (const Phase& phase : schedule.phases)
        result.push_back(phase.label +
                         (phase.kind == PhaseKind::spiking ? " spiking " : " consolidation ") +
                         std::to_string(phase.begin) + " " + std::to_string(phase.end));
    return result;
}

using Lines = std::vector<std::string>;

TEST(Schedule, learn_consolidate_recall_as_published) {
    const Schedule schedule = schedule_of(28820, {learn_at(10), recall_at(28810)});
    EXPECT_EQ(schedule.name, "learn - consolidate - recall");
    EXPECT_EQ(lines(schedule),
              (Lines{"learn spiking 0 80500", "consolidate consolidation 80500 144025000",
                     "recall spiking 144025000 144075500",
                     "consolidate consolidation 144075500 144100000"}));
}

TEST(Schedule, recall_that_reaches_the_end_has_no_tail) {
    const Schedule schedule = schedule_of(28815.1, {learn_at(10), recall_at(28810)});
    EXPECT_EQ(schedule.name, "learn - consolidate - recall");
    ASSERT_EQ(schedule.phases.size(), 3u);
    EXPECT_EQ(schedule.phases.back().end, 144075500);
}

TEST(Schedule, overlapping_windows_are_one_piece) {
    const Schedule schedule = schedule_of(25, {learn_at(10), recall_at(20)});
    EXPECT_EQ(schedule.name, "learn+recall");
    EXPECT_EQ(lines(schedule), (Lines{"learn+recall spiking 0 125000"}));
}

TEST(Schedule, touching_windows_are_one_piece_and_one_step_apart_are_not) {
    // Learning ends at 16.1 s, recall begins 5 s before its stimulus.
    EXPECT_EQ(schedule_of(40, {learn_at(10), recall_at(21.1)}).name, "learn+recall");
    const Schedule apart = schedule_of(40, {learn_at(10), recall_at(21.1002)});
    EXPECT_EQ(apart.name, "learn - consolidate - recall");
    ASSERT_EQ(apart.phases.size(), 4u);
    EXPECT_EQ(apart.phases[1].end - apart.phases[1].begin, 1);
}

TEST(Schedule, tail_after_learn_and_recall_keeps_the_name) {
    const Schedule schedule = schedule_of(25.2, {learn_at(10), recall_at(20)});
    EXPECT_EQ(schedule.name, "learn+recall");
    EXPECT_EQ(lines(schedule),
              (Lines{"learn+recall spiking 0 125500", "consolidate consolidation 125500 126000"}));
}

TEST(Schedule, learn_consolidate) {
    const Schedule schedule = schedule_of(100, {learn_at(10)});
    EXPECT_EQ(schedule.name, "learn - consolidate");
    EXPECT_EQ(lines(schedule),
              (Lines{"learn spiking 0 80500", "consolidate consolidation 80500 500000"}));
}

TEST(Schedule, learn_until_the_end) {
    const Schedule schedule = schedule_of(16.1, {learn_at(10)});
    EXPECT_EQ(schedule.name, "learn");
    EXPECT_EQ(lines(schedule), (Lines{"learn spiking 0 80500"}));
}

TEST(Schedule, consolidate_recall) {
    const Schedule schedule = schedule_of(50, {recall_at(30)});
    EXPECT_EQ(schedule.name, "consolidate - recall");
    EXPECT_EQ(lines(schedule),
              (Lines{"consolidate consolidation 0 125000", "recall spiking 125000 175500",
                     "consolidate consolidation 175500 250000"}));
}

TEST(Schedule, recall_whose_window_starts_at_zero) {
    EXPECT_EQ(schedule_of(50, {recall_at(5)}).name, "recall");
    EXPECT_EQ(lines(schedule_of(10.1, {recall_at(5)})), (Lines{"recall spiking 0 50500"}));
    EXPECT_EQ(schedule_of(50, {recall_at(5.0002)}).name, "consolidate - recall");
}

TEST(Schedule, without_stimuli) {
    EXPECT_EQ(schedule_of(25, {}).name, "consolidate");
    EXPECT_EQ(lines(schedule_of(25, {})), (Lines{"consolidate consolidation 0 125000"}));
    EXPECT_EQ(schedule_of(24.9998, {}).name, "background");
    EXPECT_EQ(lines(schedule_of(24.9998, {})), (Lines{"background spiking 0 124999"}));
}

TEST(Schedule, repeated_learning_is_named_by_its_phases) {
    const Schedule schedule =
        schedule_of(300, {learn_at(200), learn_at(10), recall_at(290), learn_at(12)});
    EXPECT_EQ(schedule.name, "learn - consolidate - learn - consolidate - recall - consolidate");
    EXPECT_EQ(
        lines(schedule),
        (Lines{"learn spiking 0 90500", "consolidate consolidation 90500 975000",
               "learn spiking 975000 1030500", "consolidate consolidation 1030500 1425000",
               "recall spiking 1425000 1475500", "consolidate consolidation 1475500 1500000"}));
}

TEST(Schedule, general_list_that_ends_with_recall) {
    const Schedule schedule = schedule_of(292, {learn_at(10), learn_at(200), recall_at(290)});
    EXPECT_EQ(schedule.name, "learn - consolidate - learn - consolidate - recall");
}

TEST(Schedule, merged_windows_of_both_roles_in_a_general_list) {
    const Schedule schedule = schedule_of(155, {learn_at(10), recall_at(20), recall_at(150)});
    EXPECT_EQ(schedule.name, "learn+recall - consolidate - recall");
}

TEST(Schedule, recall_before_learning_is_named_in_its_order) {
    const Schedule schedule = schedule_of(206, {recall_at(100), learn_at(200)});
    EXPECT_EQ(schedule.name, "consolidate - recall - consolidate - learn");
    EXPECT_EQ(schedule.phases.front().kind, PhaseKind::consolidation);
}

Experiment learn_and_recall() {
    Experiment experiment;
    experiment.duration_s = 28820;
    experiment.stimuli = {learn_at(10), recall_at(28810)};
    return experiment;
}

TEST(Schedule, margins_are_those_of_the_run_or_of_a_stimulus) {
    Experiment e = learn_and_recall();
    e.margin_after_s = 1.0;
    e.stimuli[1].margin_before_s = 0.0;
    EXPECT_EQ(lines(make_schedule(e)),
              (Lines{"learn spiking 0 60500", "consolidate consolidation 60500 144050000",
                     "recall spiking 144050000 144055500",
                     "consolidate consolidation 144055500 144100000"}));
    e.margin_before_s = 2.0;
    e.stimuli[0].margin_after_s = 0.0;
    e.stimuli[1].margin_before_s.reset();
    e.stimuli[1].margin_after_s = 100.0;
    const Schedule schedule = make_schedule(e);
    EXPECT_EQ(schedule.name, "learn - consolidate - recall");
    EXPECT_EQ(lines(schedule),
              (Lines{"learn spiking 0 55500", "consolidate consolidation 55500 144040000",
                     "recall spiking 144040000 144100000"}));
}

TEST(Schedule, spiking_windows_need_no_stimulus) {
    Experiment e = learn_and_recall();
    e.duration_s = 40000;
    e.spiking_windows = {{"later", 39000, std::nullopt}, {"spontaneous", 3610, 180}};
    const Schedule schedule = make_schedule(e);
    EXPECT_EQ(schedule.name,
              "learn - consolidate - background - consolidate - recall - consolidate - "
              "background");
    EXPECT_EQ(
        lines(schedule),
        (Lines{"learn spiking 0 80500", "consolidate consolidation 80500 18050000",
               "background spiking 18050000 18950000",
               "consolidate consolidation 18950000 144025000", "recall spiking 144025000 144075500",
               "consolidate consolidation 144075500 195000000",
               "background spiking 195000000 200000000"}));
}

// Where they touch or overlap, each other as well.
TEST(Schedule, spiking_windows_are_joined) {
    Experiment e = learn_and_recall();
    e.spiking_windows = {{"touches", 16.1, 2}, {"overlaps", 18, 1}, {"within", 3, 4}};
    EXPECT_EQ(lines(make_schedule(e)).front(), "learn spiking 0 95000");
    e.spiking_windows = {{"apart", 16.2, 2}};
    EXPECT_EQ(lines(make_schedule(e))[1], "consolidate consolidation 80500 81000");
}

TEST(Schedule, of_spiking_windows_alone) {
    Experiment e;
    e.duration_s = 100;
    e.spiking_windows = {{"spontaneous", 50, 10}};
    EXPECT_EQ(make_schedule(e).name, "consolidate - background - consolidate");
    e.spiking_windows = {{"all", 0, std::nullopt}};
    EXPECT_EQ(make_schedule(e).name, "background");
    EXPECT_EQ(lines(make_schedule(e)), (Lines{"background spiking 0 500000"}));
    e.duration_s = 10;  // less than what is taken for a consolidation
    e.spiking_windows = {{"last", 9, 5}};
    EXPECT_EQ(lines(make_schedule(e)),
              (Lines{"consolidate consolidation 0 45000", "background spiking 45000 50000"}));
}

TEST(Schedule, without_fast_forward_everything_is_spiking) {
    const auto check = [](const Schedule& schedule, const std::string& name, Step duration) {
        EXPECT_EQ(schedule.name, name);
        EXPECT_EQ(lines(schedule), (Lines{name + " spiking 0 " + std::to_string(duration)}));
    };
    check(schedule_of(200, {learn_at(10), recall_at(180)}, FastForward::off), "learn+recall",
          200 * per_second);
    check(schedule_of(200, {learn_at(10)}, FastForward::off), "learn", 200 * per_second);
    check(schedule_of(200, {recall_at(180)}, FastForward::off), "recall", 200 * per_second);
    check(schedule_of(200, {}, FastForward::off), "background", 200 * per_second);
}

TEST(Schedule, extents_of_the_schemes) {
    Experiment experiment;
    experiment.duration_s = 1000;
    const auto extent = [&](Stimulus stimulus) {
        const StepRange range = stimulus_extent(experiment, stimulus);
        return std::pair(range.begin, range.end);
    };
    Stimulus stimulus = learn_at(10);
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 55500)));
    stimulus.scheme = Scheme::onepulse;
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 50500)));
    stimulus.scheme = Scheme::rect;
    stimulus.duration_s = 7;
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 85000)));
    stimulus.scheme = Scheme::stet;
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 90000)));
    stimulus.scheme = Scheme::wtet;
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 51000)));
    stimulus.scheme = Scheme::full;
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50000, 5000000)));
    stimulus = Stimulus{};
    stimulus.scheme = Scheme::explicit_spikes;
    stimulus.spike_times_ms = {10, 100};
    EXPECT_EQ(extent(stimulus), (std::pair<Step, Step>(50, 501)));
}

// Whatever the stimuli: phases tile the run and kinds follow their labels.
TEST(Schedule, phases_tile_the_run) {
    for (int variant = 0; variant < 200; ++variant) {
        std::vector<Stimulus> stimuli;
        const double duration_s = 1 + (variant * 37) % 101;
        for (int i = 0; i < variant % 6; ++i) {
            const double start_s = (variant * 13 + i * 29) % 97;
            stimuli.push_back((variant + i) % 3 == 0 ? recall_at(start_s) : learn_at(start_s));
        }
        const Schedule schedule = schedule_of(duration_s, stimuli);
        Step reached = 0;
        for (const Phase& phase : schedule.phases) {
            EXPECT_EQ(phase.begin, reached) << variant;
            EXPECT_LT(phase.begin, phase.end) << variant;
            EXPECT_EQ(phase.kind == PhaseKind::consolidation, phase.label == "consolidate");
            reached = phase.end;
        }
        EXPECT_EQ(reached, static_cast<Step>(duration_s) * per_second) << variant;
    }
}

}  // namespace
}  // namespace engram

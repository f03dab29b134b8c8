// SPDX-License-Identifier: Apache-2.0
// Stimuli that are given currents, waveforms and spikes of files; backgrounds for a time.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "base/temporary_directory.hpp"
#include "experiment/backgrounds.hpp"
#include "experiment/conditions.hpp"
#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"
#include "experiment/schedule.hpp"
#include "experiment/stimulation.hpp"

namespace engram::test {
namespace {

std::string with_stimulus(const std::string& stimulus) {
    return minimal + "stimuli: {s: {group: exc, " + stimulus + "}}\n";
}

TEST(StimulusSchemes, are_written_out_as_they_were_given) {
    const TemporaryDirectory directory;
    std::ofstream(directory.file("x.txt")) << "0 0\n";
    const std::string file = ", file: " + directory.file("x.txt");
    for (const std::string stimulus :
         {"scheme: CURRENT, start_s: 1, train_s: 0.5, mean_nA: -0.25",
          "scheme: CURRENT, start_s: 1, train_s: 0.5, mean_nA: 1, period_s: 2, repeats: 3, "
          "sigma_wn_nA_sqrt_s: 0.05",
          "scheme: SINE, start_s: 1, duration_s: 2, amplitude_nA: 3, frequency_Hz: 4, "
          "mean_nA: 5, phase_deg: -90"}) {
        const Experiment e = parse_configuration(with_stimulus(stimulus), "x.yaml");
        EXPECT_EQ(parse_configuration(resolved_configuration(e), "x.yaml"), e) << stimulus;
    }
    for (const std::string stimulus :
         {"scheme: WAVEFORM, start_s: 1, duration_s: 2, interpolation: linear, interval_ms: 0.6, "
          "dataset: a/b, file_checksum: x",
          "scheme: WAVEFORM, start_s: 1, duration_s: 2",
          "scheme: SPIKES, start_s: 1, duration_s: 2, population: CA3, weight_h_0: -2",
          "scheme: SPIKES, start_s: 1, duration_s: 2"}) {
        const Experiment e = parse_configuration(with_stimulus(stimulus + file), "x.yaml");
        EXPECT_EQ(parse_configuration(resolved_configuration(e), "x.yaml"), e) << stimulus;
    }
}

TEST(StimulusSchemes, trains_of_a_given_current) {
    const Experiment e = parse_configuration(
        with_stimulus("scheme: CURRENT, start_s: 1, train_s: 0.5, mean_nA: -0.25, period_s: 2, "
                      "repeats: 3, sigma_wn_nA_sqrt_s: 0.05"),
        "x.yaml");
    const Stimulation stimulation = make_stimulation(e);
    ASSERT_EQ(stimulation.pulses.size(), 3u);
    EXPECT_EQ(stimulation.pulses[2].begin, 25000);
    EXPECT_EQ(stimulation.pulses[2].end, 27500);
    const model::StimulusCurrent current = stimulation.pulses[2].current_at(0, 26000);
    EXPECT_EQ(current.mean_nA, -0.25);
    EXPECT_DOUBLE_EQ(current.sigma_nA, 0.05 * std::sqrt(1000.0 / 10.0));
}

TEST(StimulusSchemes, a_sine_is_exact_after_days) {
    Experiment e = parse_configuration(
        with_stimulus("scheme: SINE, start_s: 1, duration_s: 20, amplitude_nA: 3, "
                      "frequency_Hz: 4, mean_nA: 5, phase_deg: 30"),
        "x.yaml");
    const Stimulation stimulation = make_stimulation(e);
    ASSERT_EQ(stimulation.pulses.size(), 1u);
    EXPECT_EQ(stimulation.pulses[0].current[0].sigma_nA, 0.0);
    EXPECT_NEAR(stimulation.pulses[0].current_at(0, 5000).mean_nA, 6.5, 1e-14);
    for (const Step days : {0, 30})
        for (Step step = 0; step < 3000; ++step) {
            const Step since = days * 24 * 3600 * 5000 + step;
            const double angle =
                2.0 * std::numbers::pi *
                (std::fmod(4.0 * static_cast<double>(since) / 5000.0, 1.0) + 30.0 / 360.0);
            ASSERT_NEAR(stimulation.pulses[0].current_at(0, 5000 + since).mean_nA,
                        5.0 + 3.0 * std::sin(angle), days == 0 ? 1e-14 : 1e-5)
                << since;
        }
}

TEST(StimulusSchemes, need_what_they_need) {
    const auto problem = [](const std::string& stimulus) {
        return problems_of(with_stimulus(stimulus));
    };
    EXPECT_NE(problem("scheme: CURRENT, start_s: 1, train_s: 0.5").find("stimuli.s.mean_nA"),
              std::string::npos);
    EXPECT_NE(problem("scheme: CURRENT, start_s: 1, train_s: 1, mean_nA: 1, repeats: 2, "
                      "period_s: 0.5")
                  .find("so that trains do not overlap"),
              std::string::npos);
    EXPECT_NE(problem("scheme: SINE, start_s: 1, duration_s: 1, amplitude_nA: 1, "
                      "frequency_Hz: 2501")
                  .find("stimuli.s.frequency_Hz: must be at most 2500"),
              std::string::npos);
    EXPECT_NE(problem("scheme: SINE, start_s: 1, duration_s: 1, amplitude_nA: 1, "
                      "frequency_Hz: 1, sigma_wn_nA_sqrt_s: 1")
                  .find("is not used by scheme SINE"),
              std::string::npos);
    EXPECT_NE(problem("scheme: SPIKES, start_s: 1, duration_s: 1, file: absent.h5")
                  .find("stimuli.s.file: there is no file "),
              std::string::npos);
    EXPECT_NE(
        problem("scheme: SPIKES, start_s: 1, duration_s: 1, file: null").find("stimuli.s.file"),
        std::string::npos);
    EXPECT_NE(problem("scheme: WAVEFORM, start_s: 1, duration_s: 1, file: x, interval_ms: 0.3")
                  .find("stimuli.s.interval_ms: must be a multiple of"),
              std::string::npos);
    EXPECT_NE(problem("scheme: WAVEFORM, start_s: 1, duration_s: 1, file: x, interpolation: cubic")
                  .find("stimuli.s.interpolation"),
              std::string::npos);
}

const std::string backgrounds = minimal + "background_changes:\n";

TEST(BackgroundChanges, are_settings_that_hold_for_a_time) {
    const Experiment e = parse_configuration(
        backgrounds +
            "  b: {group: inh, start_s: 2, duration_s: 3, mean_nA: 1, sigma_wn_nA_sqrt_s: 0}\n"
            "  a: {group: all, start_s: 5, duration_s: 1, mean_nA: 0, sigma_wn_nA_sqrt_s: 0}\n"
            "  c: {group: [exc], start_s: 3, duration_s: 1, mean_nA: 0.15, "
            "sigma_wn_nA_sqrt_s: 0.05}\n"
            "  d: {group: inh, start_s: 20, mean_nA: 1, sigma_wn_nA_sqrt_s: 0}\n",
        "x.yaml");
    EXPECT_EQ(parse_configuration(resolved_configuration(e), "x.yaml"), e);
    const Backgrounds backgrounds_of(e);
    ASSERT_EQ(backgrounds_of.n_settings(), 3u);  // c is the usual one
    ASSERT_EQ(backgrounds_of.classes().size(), 2u);
    const ConditionsCourse course(e);
    const auto background = [&](Step step, std::size_t population) {
        const auto setting = static_cast<std::size_t>(course.at(step).background);
        return backgrounds_of.kinds()[backgrounds_of.kind(setting, population)].parameters;
    };
    const BackgroundParameters usual{0.15, 0.05};
    for (const Step step : {0, 9999, 30000, 99999}) {
        EXPECT_EQ(background(step, 0), usual) << step;
        EXPECT_EQ(background(step, 1), usual) << step;
    }
    for (const Step step : {10000, 17000, 24999, 100000, 149999}) {
        EXPECT_EQ(background(step, 0), usual) << step;
        EXPECT_EQ(background(step, 1), (BackgroundParameters{1, 0})) << step;
    }
    EXPECT_EQ(background(25000, 0), (BackgroundParameters{0, 0}));
    EXPECT_EQ(background(29999, 1), (BackgroundParameters{0, 0}));
}

TEST(BackgroundChanges, are_of_parts_of_populations) {
    const Experiment e = parse_configuration(
        backgrounds +
            "  b: {group: a, start_s: 2, duration_s: 3, mean_nA: 1, sigma_wn_nA_sqrt_s: 0}\n"
            "  c: {group: [b], start_s: 5, duration_s: 1, mean_nA: 2, sigma_wn_nA_sqrt_s: 0}\n"
            "  d: {group: [a, b], start_s: 8, duration_s: 1, mean_nA: 0, sigma_wn_nA_sqrt_s: 0}\n"
            "  e: {group: [inh], start_s: 2, duration_s: 3, mean_nA: 3, sigma_wn_nA_sqrt_s: 0}\n"
            "groups: {a: {first: 0, count: 20}, b: {ids: [10-30, 1600-1999]}}\n",
        "x.yaml");
    const Backgrounds of(e);
    const BackgroundClasses& classes = of.classes();
    ASSERT_EQ(classes.size(), 5u);  // what remains of exc, all of inh; a, a and b, b
    EXPECT_EQ(classes.of(500), 0u);
    EXPECT_EQ(classes.of(1700), 1u);
    EXPECT_EQ(classes.of(0), classes.of(9));
    EXPECT_EQ(classes.of(10), classes.of(19));
    EXPECT_EQ(classes.of(20), classes.of(30));
    EXPECT_EQ(classes.of(31), classes.of(1599));
    EXPECT_EQ(classes.population_of(classes.of(15)), 0u);
    const ConditionsCourse course(e);
    const auto mean_nA = [&](double time_s, NeuronId id) {
        const auto setting = static_cast<std::size_t>(course.at(e.steps_from_s(time_s)).background);
        return of.kinds()[of.kind(setting, classes.of(id))].parameters.mean_nA;
    };
    EXPECT_EQ(mean_nA(2, 5), 1);
    EXPECT_EQ(mean_nA(2, 15), 1);
    EXPECT_EQ(mean_nA(2, 25), 0.15);
    EXPECT_EQ(mean_nA(2, 1700), 3);
    EXPECT_EQ(mean_nA(5, 5), 0.15);
    EXPECT_EQ(mean_nA(5, 15), 2);
    EXPECT_EQ(mean_nA(5, 25), 2);
    EXPECT_EQ(mean_nA(5, 1700), 2);
    EXPECT_EQ(mean_nA(8, 5), 0);
    EXPECT_EQ(mean_nA(8, 25), 0);
    EXPECT_EQ(mean_nA(8, 40), 0.15);
    EXPECT_EQ(mean_nA(9, 25), 0.15);
}

TEST(BackgroundChanges, are_refused_where_they_make_no_sense) {
    const auto problem = [](const std::string& more) { return problems_of(backgrounds + more); };
    const std::string rest = "start_s: 2, duration_s: 3, mean_nA: 1, sigma_wn_nA_sqrt_s: 0}\n";
    EXPECT_EQ(problem("  a: {group: exc, " + rest), "");
    EXPECT_NE(problem("  a: {group: [exc, nobody], " + rest).find("nobody"), std::string::npos);
    EXPECT_NE(
        problem("  a: {group: exc, " + rest + "  b: {group: all, " + rest)
            .find("background_changes.b.start_s: lies within 'a', which ends at 5 s: a neuron "
                  "has one background at a time"),
        std::string::npos);
    EXPECT_EQ(problem("  a: {group: exc, " + rest + "  b: {group: inh, " + rest), "");
    const std::string parts =
        "groups: {a: {first: 0, count: 20}, b: {first: 19, count: 9}, c: {first: 20, count: 9}}\n";
    EXPECT_EQ(problem("  a: {group: a, " + rest + "  b: {group: c, " + rest + parts), "");
    for (const char* other : {"b", "exc", "a", "[c, b]"})
        EXPECT_NE(problem("  a: {group: a, " + rest + "  b: {group: " + other + ", " + rest + parts)
                      .find("background_changes.b.start_s: lies within 'a', which ends at 5 s: a "
                            "neuron has one background at a time"),
                  std::string::npos)
            << other;
    std::string many;
    std::string groups = "groups:\n";
    for (int i = 0; i <= 1001; ++i) {
        const std::string name = "g" + std::to_string(i);
        many += "  " + name + ": {group: " + name + ", " + rest;
        groups += "  " + name + ": {first: " + std::to_string(i) + ", count: 1}\n";
    }
    EXPECT_NE(problem(many + groups)
                  .find("background_changes: cuts populations into more than 1000 parts"),
              std::string::npos);
    EXPECT_NE(problem("  a: {group: exc, start_s: 40, mean_nA: 1, sigma_wn_nA_sqrt_s: 0}\n")
                  .find("background_changes.a.start_s: must be less than"),
              std::string::npos);
    EXPECT_NE(problem("  a: {group: exc}\n").find("background_changes.a.mean_nA"),
              std::string::npos);
}

}  // namespace
}  // namespace engram::test

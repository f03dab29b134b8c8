// SPDX-License-Identifier: Apache-2.0
// Numbers that cannot be computed with, and times that are no whole steps.
#include <gtest/gtest.h>

#include "experiment/keys.hpp"
#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

// Of the numbers among the keys of a section.
template <class... Keys>
void expect_refused(const keys::Section<Keys...>& section, const std::string& value) {
    section.for_each([&](const auto& key) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(key.kind)>, Range>) {
            const std::string path = std::string(section.name) + "." + key.name;
            const std::string problems = problems_of(minimal, {path + "=" + value});
            EXPECT_NE(
                problems.find(path + ": must be " + key.kind.description() + " (is " + value + ")"),
                std::string::npos)
                << path << ": " << problems;
        }
    });
}

TEST(ConfigRanges, absurd_numbers_are_refused_with_the_allowed_range) {
    for (const std::string value : {"1e300", "1e100", "1e20", "-1e20"}) {
        expect_refused(keys::neuron, value);
        expect_refused(keys::synapses, value);
        expect_refused(keys::background, value);
        expect_refused(keys::connectivity, value);
        expect_refused(keys::simulation, value);
        expect_refused(keys::checkpoint, value);
        for (const std::string key : {"start_s", "n_inputs", "rate_Hz"})
            EXPECT_NE(problems_of(minimal + "stimuli: {a: {scheme: ONEPULSE, group: exc, start_s: "
                                            "3, n_inputs: 1, rate_Hz: 1}}\n",
                                  {"stimuli.a." + key + "=" + value})
                          .find("stimuli.a." + key + ": must be in [0, 1e"),
                      std::string::npos);
    }
}

TEST(ConfigRanges, a_time_step_that_does_not_fit_the_defaults_is_blamed_itself) {
    EXPECT_EQ(
        problems_of(minimal, {"simulation.dt_ms=0.3"}),
        "--set simulation.dt_ms=0.3: simulation.dt_ms: must divide all times, also those left "
        "at their defaults: simulation.dt_fast_forward_s = 50, neuron.t_ref_ms = 2, "
        "synapses.t_Ca_delay_ms = 18.8 (is 0.3); choose another, or set these");
    EXPECT_NE(problems_of(minimal + "synapses: {t_Ca_delay_ms: 18.8}\n", {"simulation.dt_ms=0.3"})
                  .find("configs/x.yaml:2: synapses.t_Ca_delay_ms: must be a multiple of "
                        "simulation.dt_ms = 0.3 (is 18.8)"),
              std::string::npos);
}

TEST(ConfigRanges, pulses_must_be_whole_steps) {
    EXPECT_EQ(problems_of("simulation: {duration_s: 30, dt_ms: 0.3, dt_fast_forward_s: 3}\n"
                          "neuron: {t_ref_ms: 3}\nsynapses: {t_Ca_delay_ms: 18}\n"
                          "stimuli: {a: {scheme: ONEPULSE, group: exc, start_s: 3, n_inputs: 1, "
                          "rate_Hz: 1}}\n"),
              "configs/x.yaml:4: stimuli.a.scheme: the length of its pulses, 100 ms, must be a "
              "multiple of simulation.dt_ms = 0.3");
}

TEST(ConfigRanges, times_below_a_step_are_not_taken_for_none) {
    EXPECT_EQ(
        problems_of("simulation: {duration_s: 1.0e-300}\npopulations: {n_exc: 4}\n"),
        "configs/x.yaml:1: simulation.duration_s: must be at least one time step (is 1e-300)");
    const std::string head = "simulation: {duration_s: 1}\npopulations: {n_exc: 4}\nstimuli: {a: ";
    EXPECT_EQ(problems_of(head + "{scheme: RECT, group: exc, start_s: 0.1, duration_s: 1.0e-17, "
                                 "n_inputs: 1, rate_Hz: 1}}\n"),
              "configs/x.yaml:3: stimuli.a.duration_s: must be a multiple of simulation.dt_ms = "
              "0.2 (is 1e-17)");
    EXPECT_EQ(problems_of(head + "{scheme: EXPLICIT, group: exc, spike_times_ms: [1, "
                                 "1.00000000000000022]}}\n"),
              "configs/x.yaml:3: stimuli.a.spike_times_ms[1]: is in the same time step as the one "
              "before (is 1.0000000000000002)");
}

TEST(ConfigRanges, times_of_weeks_are_multiples_of_dt) {
    EXPECT_EQ(problems_of("simulation: {duration_s: 4838400.1, dt_ms: 0.1}\n"
                          "record: {snapshots_s: [4838399.9999, 1234567.8901]}\n"),
              "");
    EXPECT_NE(problems_of("simulation: {duration_s: 4838400.00005, dt_ms: 0.1}\n"), "");
}
}  // namespace
}  // namespace engram

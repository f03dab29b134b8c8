// SPDX-License-Identifier: Apache-2.0
// Intervals of conditions: as configured, written out, and as changes from step to step.
#include <gtest/gtest.h>

#include "experiment/conditions.hpp"
#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"
#include "oracle/dense_conditions.hpp"

namespace engram::test {
namespace {

const std::string several = R"(simulation: {duration_s: 20, margin_after_s: 0.5, noise_seed: 9}
neuromodulation:
  later: {amplitude: 0.06, start_s: 12}
  learning: {amplitude: 0.18, start_s: 1, duration_s: 2.5}
  next: {amplitude: 0.12, start_s: 3.5, duration_s: 0.0002}
plasticity_off:
  a: {start_s: 2, duration_s: 2}
  b: {start_s: 3, duration_s: 2}
  c: {start_s: 6, duration_s: 1}
  d: {start_s: 7, duration_s: 1}
  last: {start_s: 19, duration_s: 5}
spiking_windows:
  spontaneous: {start_s: 15, duration_s: 1}
stimuli:
  s: {scheme: ONEPULSE, group: [exc, inh], start_s: 1, n_inputs: 1, rate_Hz: 1, margin_before_s: 0}
)";

TEST(Intervals, are_written_out_as_they_were_given) {
    const Experiment e = parse_configuration(several, "x.yaml");
    ASSERT_TRUE(e.neuromodulation);
    ASSERT_EQ(e.neuromodulation->size(), 3u);
    EXPECT_EQ(e.neuromodulation->front().name, "later");
    EXPECT_FALSE(e.neuromodulation->front().duration_s);
    EXPECT_EQ(e.neuromodulation->back().duration_s, 0.0002);
    EXPECT_EQ(e.plasticity_off.size(), 5u);
    EXPECT_EQ(e.spiking_windows.front().start_s, 15);
    EXPECT_EQ(e.margin_after_s, 0.5);
    EXPECT_EQ(e.stimuli[0].margin_before_s, 0.0);
    EXPECT_FALSE(e.stimuli[0].margin_after_s);
    EXPECT_EQ(e.seed_of_noise(), 9u);
    const std::string text = resolved_configuration(e);
    EXPECT_EQ(parse_configuration(text, "x.yaml"), e) << text;
    EXPECT_EQ(resolved_configuration(parse_configuration(text, "x.yaml")), text);
}

TEST(Intervals, that_are_not_given_are_none) {
    const Experiment plain = parse_configuration(minimal, "x.yaml");
    EXPECT_FALSE(plain.neuromodulation);
    EXPECT_TRUE(plain.changes.empty());
    EXPECT_EQ(plain.seed_of_noise(), plain.seed);
    EXPECT_EQ(resolved_configuration(plain).find("neuromodulation"), std::string::npos);
    EXPECT_NE(resolved_configuration(plain).find("noise_seed: null"), std::string::npos);
    EXPECT_EQ(parse_configuration(minimal + "neuromodulation:\nplasticity_off:\n", "x.yaml"),
              plain);
    // An empty map is a run without neuromodulators.
    const Experiment none = parse_configuration(minimal + "neuromodulation: {}\n", "x.yaml");
    ASSERT_EQ(none.changes.size(), 1u);
    EXPECT_EQ(none.changes[0].theta_pro_mV, 1000 * none.synapses.h_0_mV);
    EXPECT_EQ(parse_configuration(resolved_configuration(none), "x.yaml"), none);
}

// At every step, as the oracle reads the intervals.
TEST(Intervals, hold_from_their_first_step_to_the_one_before_their_end) {
    const Experiment e = parse_configuration(several, "x.yaml");
    const ConditionsCourse course(e);
    std::size_t n_off = 0;
    for (Step step = 0; step < e.duration_steps(); ++step) {
        const DenseConditions expected = conditions_at(e, step);
        ASSERT_EQ(course.at(step).theta_pro_mV, expected.theta_pro_mV) << step;
        ASSERT_EQ(course.at(step).plasticity, expected.plasticity) << step;
        n_off += !expected.plasticity;
    }
    EXPECT_EQ(n_off, 30000u);  // 3, 2 and 1 s
    EXPECT_DOUBLE_EQ(course.at(5000).theta_pro_mV, 4.20075 / 0.181);
    EXPECT_DOUBLE_EQ(course.at(17499).theta_pro_mV, 4.20075 / 0.181);
    EXPECT_DOUBLE_EQ(course.at(17500).theta_pro_mV, 4.20075 / 0.121);
    EXPECT_DOUBLE_EQ(course.at(17501).theta_pro_mV, 4200.75);
    // At 0, 1, 2, 3.5, 3.5002, 5, 6, 8, 12 and 19 s: what does not change is no change.
    EXPECT_EQ(e.changes.size(), 10u);
    for (std::size_t i = 1; i < e.changes.size(); ++i)
        EXPECT_LT(e.changes[i - 1].time_s, e.changes[i].time_s);
}

TEST(Intervals, theta_pro_of_the_published_levels) {
    // As published, in units of h_0.
    const double h_0_mV = 4.20075;
    for (const auto& [amplitude, relative] :
         {std::pair{0.0, 1000.0}, {0.06, 16.39}, {0.12, 8.26}, {0.18, 5.525}}) {
        const Experiment e = parse_configuration(
            minimal + "neuromodulation: {all: {amplitude: " + std::to_string(amplitude) + "}}\n",
            "x.yaml");
        EXPECT_NEAR(ConditionsCourse(e).at(0).theta_pro_mV / h_0_mV, relative, 0.005);
    }
}

TEST(Intervals, longer_runs_have_longer_ones) {
    const std::string text = minimal + "neuromodulation: {a: {amplitude: 1, start_s: 10}}\n";
    const Experiment e = parse_configuration(text, "x.yaml", {"simulation.duration_s=50"});
    EXPECT_EQ(steps_of(e, e.neuromodulation->front()).end, 250000);
}

}  // namespace
}  // namespace engram::test

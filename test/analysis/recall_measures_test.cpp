// SPDX-License-Identifier: Apache-2.0
#include "analysis/recall_measures.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "experiment/configuration.hpp"

namespace engram {
namespace {

const char* const recall_of_eight = R"(
simulation: {duration_s: 30}
populations: {n_exc: 8, n_inh: 2}
groups: {assembly: {first: 0, count: 4}, recalled: {of: assembly, count: 2}}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 10, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: recalled, start_s: 20, n_inputs: 25, rate_Hz: 100}
)";

TEST(RecallSetting, windows_lie_around_the_onsets) {
    const RecallSetting setting = recall_setting(parse_configuration(recall_of_eight, "test"));
    ASSERT_TRUE(setting.reference && setting.recall);
    EXPECT_EQ(setting.reference->begin, 53750);  // 11.0 s - 0.25 s in steps of 0.2 ms
    EXPECT_EQ(setting.reference->end, 56250);
    EXPECT_EQ(setting.recall->begin, 99250);  // 20.1 s - 0.25 s
    EXPECT_EQ(setting.recall->end, 101750);
    EXPECT_EQ(setting.is_assembly, (std::vector<char>{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(setting.is_recalled, (std::vector<char>{1, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(RecallSetting, windows_that_the_run_does_not_hold_are_left_out) {
    const auto setting = recall_setting(
        parse_configuration(recall_of_eight, "test", {"simulation.duration_s=20.3"}));
    EXPECT_TRUE(setting.reference);
    EXPECT_FALSE(setting.recall);
}

// Stimuli of inhibitory neurons only make no assembly; at the same onset the first in the file
// does.
TEST(RecallSetting, the_assembly_is_excitatory) {
    const auto setting = recall_setting(parse_configuration(
        recall_of_eight, "test",
        {"stimuli.early={scheme: RECT, group: inh, start_s: 3, duration_s: 1, n_inputs: 25, "
         "rate_Hz: 50, role: learn}",
         "stimuli.same={scheme: EXPLICIT, group: exc, spike_times_ms: [10000], role: learn}",
         "stimuli.late={scheme: ONEPULSE, group: inh, start_s: 25, n_inputs: 25, rate_Hz: 100, "
         "role: recall}"}));
    EXPECT_EQ(setting.reference->begin, 53750);
    EXPECT_EQ(setting.recall->begin, 99250);
    EXPECT_EQ(setting.is_assembly, (std::vector<char>{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(setting.is_recalled, (std::vector<char>{1, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(RecallMeasures, rates_of_the_subpopulations) {
    const Experiment experiment = parse_configuration(recall_of_eight, "test");
    const SubpopulationRates rates =
        subpopulation_rates(recall_setting(experiment), experiment.populations,
                            {46, 48, 5, 6, 1, 2, 3, 4, 10, 13}, 0.5);
    EXPECT_DOUBLE_EQ(rates.as, 94);  // 47 spikes in 0.5 s
    EXPECT_DOUBLE_EQ(rates.ans, 11);
    EXPECT_DOUBLE_EQ(rates.ctrl, 5);
    EXPECT_DOUBLE_EQ(rates.inh, 23);
    EXPECT_DOUBLE_EQ(rates.exc, 2 * 115.0 / 8);
}

TEST(RecallMeasures, entropies_of_distinct_rates) {
    const std::vector<std::uint32_t> a{0, 0, 1, 1};
    const std::vector<std::uint32_t> b{5, 7, 5, 7};
    const std::vector<std::uint32_t> c{3, 3, 9, 9};
    EXPECT_DOUBLE_EQ(entropy_bits(a), 1);
    EXPECT_DOUBLE_EQ(entropy_bits({1, 2, 2, 2}), 2 - 0.75 * std::log2(3.0));
    EXPECT_DOUBLE_EQ(joint_entropy_bits(a, b), 2);  // independent: no mutual information
    EXPECT_DOUBLE_EQ(joint_entropy_bits(a, c), 1);  // c tells all about a
}

// Excitatory neurons of all populations, wherever their ids are.
TEST(RecallMeasures, populations_in_any_order) {
    const Experiment experiment = parse_configuration(
        R"(
simulation: {duration_s: 30}
populations:
  I: {count: 2, kind: inhibitory}
  A: {count: 3, kind: excitatory}
  J: {count: 1, kind: inhibitory}
  B: {count: 2, kind: excitatory}
projections: {}
groups: {learnt: {ids: [0, 2, 3, 6]}, cue: {ids: [2]}}
stimuli:
  learn: {scheme: TRIPLET, group: learnt, start_s: 10, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: cue, start_s: 20, n_inputs: 25, rate_Hz: 100}
)",
        "test");
    const RecallSetting setting = recall_setting(experiment);
    EXPECT_EQ(setting.is_assembly, (std::vector<char>{0, 0, 1, 1, 0, 0, 1, 0}));
    const std::vector<std::uint32_t> counts = {10, 20, 1, 2, 3, 60, 4, 5};
    const SubpopulationRates rates =
        subpopulation_rates(setting, experiment.populations, counts, 0.5);
    EXPECT_DOUBLE_EQ(rates.exc, 3 / 0.5);
    EXPECT_DOUBLE_EQ(rates.as, 1 / 0.5);
    EXPECT_DOUBLE_EQ(rates.ans, 3 / 0.5);
    EXPECT_DOUBLE_EQ(rates.ctrl, 4 / 0.5);
    EXPECT_DOUBLE_EQ(rates.inh, 30 / 0.5);
    EXPECT_EQ(excitatory_counts(experiment.populations, counts),
              (std::vector<std::uint32_t>{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "analysis/induction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "experiment/configuration.hpp"

namespace engram::test {
namespace {

// Synapse 0 -> 1 with its postsynaptic neuron, and 1 -> 2 without.
Experiment two_synapses() {
    return parse_configuration(R"(simulation: {duration_s: 1}
populations: {n_exc: 3, n_inh: 0}
synapses: {h_0_mV: 4, theta_tag_mV: 0.8, p_max_umol_per_l: 10}
record: {neurons: [1], synapses: [[0, 1], [1, 2]]}
measures: {recorded_synapses: true}
)",
                               "x.yaml");
}

std::vector<double> row(double time_ms, double p, double h_01, double z_01, double h_12,
                        double z_12) {
    return {time_ms, -65, 0, 0, 0, 1.5, p, 0.1, h_01, z_01, 0.2, h_12, z_12};
}

std::map<std::string, double> measured(const std::vector<std::vector<double>>& rows) {
    const Experiment experiment = two_synapses();
    Induction induction(experiment);
    for (const auto& each : rows) induction.add(each);
    const std::vector<double> values = induction.values();
    const std::vector<MeasureName> names = induction_names(experiment);
    EXPECT_EQ(values.size(), names.size());
    std::map<std::string, double> found;
    for (std::size_t i = 0; i < values.size(); ++i) found[names[i].name] = values[i];
    return found;
}

TEST(Induction, IsToldFromTheSamples) {
    auto found = measured(
        {row(0, 0, 4, 0, 4, 0), row(500, 3, 7, 0.1, 3.5, 0), row(1000, 2.5, 2, 0.2, 3.7, 0)});
    EXPECT_DOUBLE_EQ(found["h_change.0_1"], 3);
    EXPECT_DOUBLE_EQ(found["h_extreme.0_1"], 175);
    EXPECT_DOUBLE_EQ(found["h_extreme_at.0_1"], 0.5);
    EXPECT_DOUBLE_EQ(found["z_end.0_1"], 0.2);
    EXPECT_DOUBLE_EQ(found["w_end.0_1"], 70);
    EXPECT_DOUBLE_EQ(found["p_highest.0_1"], 0.3);
    EXPECT_DOUBLE_EQ(found["p_highest_at.0_1"], 0.5);
    EXPECT_DOUBLE_EQ(found["late_LTP.0_1"], 1);
    EXPECT_DOUBLE_EQ(found["tagged_LTP.0_1"] + found["early_LTP.0_1"] + found["unchanged.0_1"] +
                         found["late_LTD.0_1"] + found["tagged_LTD.0_1"] + found["early_LTD.0_1"],
                     0);
    EXPECT_DOUBLE_EQ(found["h_change.1_2"], -0.5);
    EXPECT_DOUBLE_EQ(found["early_LTD.1_2"], 1);  // 0.5 mV sets no tag
    EXPECT_TRUE(std::isnan(found["p_highest.1_2"]));
}

TEST(Induction, TagsAndProteinMakeTheClass) {
    // Protein that only decays was not synthesised; z that changes needed some.
    auto found =
        measured({row(0, 5, 4, 0, 4, 0), row(500, 4, 3, 0, 3, 0.1), row(1000, 3, 4.1, 0, 4, 0.2)});
    EXPECT_DOUBLE_EQ(found["tagged_LTD.0_1"], 1);
    EXPECT_DOUBLE_EQ(found["late_LTD.1_2"], 1);
    found = measured({row(0, 0, 4, 0, 4, 0), row(500, 0, 4, 0, 4.8, 0)});
    EXPECT_DOUBLE_EQ(found["unchanged.0_1"], 1);
    EXPECT_DOUBLE_EQ(found["early_LTP.1_2"], 1);  // at the threshold there is none yet
}

TEST(Induction, NothingIsKnownWithoutSamples) {
    for (const auto& [name, value] : measured({})) EXPECT_TRUE(std::isnan(value)) << name;
}

TEST(Induction, SynapsesThatAreNotYetKnownHaveNamesToo) {
    Experiment experiment = two_synapses();
    experiment.record.selections = {{"exc", "exc", 2}};
    const auto names = induction_names(experiment);
    ASSERT_EQ(names.size() % 4, 0u);
    EXPECT_EQ(names[0].name, "h_change.0_1");
    EXPECT_EQ(names[names.size() / 2].name, "h_change.selected_2");
    EXPECT_EQ(names[3 * names.size() / 4].name, "h_change.selected_3");
}

}  // namespace
}  // namespace engram::test

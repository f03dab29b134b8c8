// SPDX-License-Identifier: Apache-2.0
#include "analysis/memories.hpp"

#include <gtest/gtest.h>

#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"

namespace engram::test {
namespace {

// A and B share neurons 6 and 7; each cue reaches one neuron of the other memory too.
const std::string several = R"(simulation: {duration_s: 30}
populations: {n_exc: 24, n_inh: 4}
groups:
  A: {first: 0, count: 8}
  B: {first: 6, count: 8}
  C: {first: 14, count: 4}
  same_as_A: {first: 0, count: 8}
  cue_A: {ids: [0, 1, 6]}
  cue_B: {ids: [7, 8, 9, 26]}
  both: {ids: [6, 7]}
  inhibiting: {ids: [24, 25]}
stimuli:
  recall_early: {scheme: ONEPULSE, group: C, start_s: 0.5, n_inputs: 9, rate_Hz: 9}
  learn_B: {scheme: TRIPLET, group: B, start_s: 4, n_inputs: 9, rate_Hz: 9}
  learn_A: {scheme: TRIPLET, group: A, start_s: 1, n_inputs: 9, rate_Hz: 9}
  learn_C: {scheme: TRIPLET, group: C, start_s: 7, n_inputs: 9, rate_Hz: 9}
  learn_A2: {scheme: TRIPLET, group: same_as_A, start_s: 10, n_inputs: 9, rate_Hz: 9}
  learn_inh: {scheme: TRIPLET, group: inhibiting, start_s: 0.2, n_inputs: 9, rate_Hz: 9}
  recall_B: {scheme: ONEPULSE, group: cue_B, start_s: 15, n_inputs: 9, rate_Hz: 9}
  recall_A: {scheme: ONEPULSE, group: cue_A, start_s: 20, n_inputs: 9, rate_Hz: 9}
  recall_inh: {scheme: ONEPULSE, group: inhibiting, start_s: 22, n_inputs: 9, rate_Hz: 9}
)";

std::vector<NeuronId> marked(const std::vector<char>& marks) {
    std::vector<NeuronId> ids;
    for (NeuronId id = 0; id < marks.size(); ++id)
        if (marks[id] != 0) ids.push_back(id);
    return ids;
}

double begin_s(const std::optional<RateWindow>& window) {
    return window ? static_cast<double>(window->begin) * 0.0002 : -1;
}

TEST(Memories, AreTheGroupsThatLearn) {
    const auto memories = measured_memories(parse_configuration(several, "x.yaml"));
    ASSERT_EQ(memories.size(), 3u);  // A once; inhibitory neurons form none
    EXPECT_EQ(memories[0].name, "A");
    EXPECT_EQ(memories[1].name, "B");
    EXPECT_EQ(memories[2].name, "C");
    EXPECT_EQ(marked(memories[1].setting.is_assembly),
              (std::vector<NeuronId>{6, 7, 8, 9, 10, 11, 12, 13}));
    EXPECT_DOUBLE_EQ(begin_s(memories[0].setting.reference), 1.75);
    EXPECT_DOUBLE_EQ(begin_s(memories[1].setting.reference), 4.75);
    EXPECT_DOUBLE_EQ(begin_s(memories[2].setting.reference), 7.75);
}

TEST(Memories, HaveTheRecallThatReachesMostOfThem) {
    const auto memories = measured_memories(parse_configuration(several, "x.yaml"));
    EXPECT_DOUBLE_EQ(begin_s(memories[0].setting.recall), 19.85);
    EXPECT_DOUBLE_EQ(begin_s(memories[1].setting.recall), 14.85);
    EXPECT_EQ(marked(memories[1].setting.is_recalled), (std::vector<NeuronId>{7, 8, 9}));
    EXPECT_FALSE(memories[2].setting.recall);  // that before it learns is none
    EXPECT_TRUE(marked(memories[2].setting.is_recalled).empty());
}

TEST(Memories, AreTheGroupsThatTheConfigurationNames) {
    const auto memories =
        measured_memories(parse_configuration(several, "x.yaml", {"measures.groups=[both, C]"}));
    ASSERT_EQ(memories.size(), 2u);
    EXPECT_EQ(memories[0].name, "both");
    EXPECT_DOUBLE_EQ(begin_s(memories[0].setting.reference), 1.75);
    EXPECT_DOUBLE_EQ(begin_s(memories[0].setting.recall), 19.85);
    EXPECT_EQ(marked(memories[0].setting.is_other), (std::vector<NeuronId>{6, 7, 14, 15, 16, 17}));
    EXPECT_EQ(
        measured_memories(parse_configuration(several, "x.yaml", {"measures.groups=A"})).size(),
        1u);
}

TEST(Memories, OneThatIsTheOnlyOneIsNoMore) {
    EXPECT_TRUE(
        measured_memories(parse_configuration(several, "x.yaml",
                                              {"stimuli.learn_B=null", "stimuli.learn_C=null"}))
            .empty());
}

TEST(MeasureSettings, WindowsOfRecall) {
    const auto setting = [](const Overrides& overrides) {
        return recall_setting(parse_configuration(several, "x.yaml", overrides));
    };
    const auto from_onset = setting({"measures.from_onset=true"}).recall;
    EXPECT_DOUBLE_EQ(begin_s(from_onset), 20);
    EXPECT_EQ(from_onset->end, 101750);
    EXPECT_DOUBLE_EQ(from_onset->length_s, 0.5);
    const auto later = setting({"measures.recall_begin_s=0.1", "measures.recall_end_s=0.4"}).recall;
    EXPECT_EQ(later->begin, 100500);
    EXPECT_EQ(later->end, 102000);
    EXPECT_DOUBLE_EQ(later->length_s, 0.3);
    EXPECT_FALSE(setting({"measures.recall_end_s=10.1"}).recall);
}

TEST(MeasureSettings, NonsenseIsRefused) {
    const std::string before = problems_of(several + R"(measures: {recall_begin_s: 0.35})");
    EXPECT_NE(before.find("measures.recall_end_s: must be greater than measures.recall_begin_s = "
                          "0.35 (is 0.35)"),
              std::string::npos)
        << before;
    const std::string nothing =
        problems_of(several + R"(measures: {recall_end_s: -0.1, from_onset: true})");
    EXPECT_NE(nothing.find("must be greater than 0"), std::string::npos) << nothing;
    const std::string groups =
        problems_of(several + R"(measures: {groups: [A, D, inhibiting], recorded_synapses: true})");
    EXPECT_NE(groups.find("measures.groups[1]: there is no group 'D'"), std::string::npos)
        << groups;
    EXPECT_NE(groups.find("measures.groups[2]: group 'inhibiting' has no excitatory neurons"),
              std::string::npos);
    EXPECT_NE(groups.find("measures.recorded_synapses: needs synapses that are recorded"),
              std::string::npos);
}

TEST(MeasureSettings, AreWrittenOut) {
    const Experiment e = parse_configuration(
        several, "x.yaml", {"measures={groups: [A, both], recall_end_s: 0.5, from_onset: true}"});
    const Experiment again = parse_configuration(resolved_configuration(e), "x.yaml");
    EXPECT_EQ(again.measures, e.measures);
    EXPECT_EQ(e.measures.groups, GroupNames(std::vector<std::string>{"A", "both"}));
}

}  // namespace
}  // namespace engram::test

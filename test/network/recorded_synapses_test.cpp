// SPDX-License-Identifier: Apache-2.0
// Selections of recorded synapses, resolved by the wiring.
#include "network/recorded_synapses.hpp"

#include <gtest/gtest.h>

#include "base/errors.hpp"
#include "experiment/configuration.hpp"
#include "network/network.hpp"

namespace engram {
namespace {

Experiment with_record(const std::string& record) {
    return parse_configuration(
        "simulation: {duration_s: 1}\n"
        "populations: {n_exc: 60, n_inh: 20}\n"
        "connectivity: {probability: 0.2}\n"
        "groups: {a: {first: 0, count: 20}, b: {first: 50, count: 20}}\n"
        "record: " +
            record + "\n",
        "c.yaml");
}

void resolve(Experiment& experiment, const Wiring& wiring) {
    ConfigProblems problems("c.yaml");
    resolve_recorded_synapses(experiment, wiring, problems);
    problems.throw_if_any();
}

TEST(RecordedSynapses, first_existing_ones_by_target_then_source) {
    Experiment e =
        with_record("{synapses_between: [{from: a, to: b, count: 5}, {from: b, to: a}]}");
    const auto wiring = make_wiring(e);
    std::vector<RecordedSynapse> expected;
    wiring->visit(50, 10, [&](NeuronId post, std::span<const NeuronId> sources) {
        for (const NeuronId pre : sources)
            if (pre < 20 && expected.size() < 5) expected.push_back({pre, post});
    });
    resolve(e, *wiring);
    EXPECT_TRUE(e.record.selections.empty());
    ASSERT_EQ(e.record.synapses.size(), 6u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(e.record.synapses[i], expected[i]);
    EXPECT_GE(e.record.synapses[5].pre, 50u);
    EXPECT_LT(e.record.synapses[5].pre, 60u) << "group b holds inhibitory neurons, which have none";
    EXPECT_LT(e.record.synapses[5].post, 20u);
}

TEST(RecordedSynapses, those_listed_already_are_not_counted) {
    Experiment e = with_record("{synapses_between: [{from: a, to: a, count: 1}]}");
    resolve(e, *make_wiring(e));
    const RecordedSynapse first = e.record.synapses.front();
    Experiment again =
        with_record("{synapses: [[" + std::to_string(first.pre) + ", " +
                    std::to_string(first.post) + "]], synapses_between: [{from: a, to: a}]}");
    resolve(again, *make_wiring(again));
    ASSERT_EQ(again.record.synapses.size(), 2u);
    EXPECT_NE(again.record.synapses[0], again.record.synapses[1]);
}

TEST(RecordedSynapses, too_few_are_reported) {
    Experiment e = with_record("{synapses_between: [{from: a, to: a, count: 1000}]}");
    try {
        resolve(e, *make_wiring(e));
        FAIL() << "no error";
    } catch (const ConfigError& error) {
        ASSERT_EQ(error.problems().size(), 1u);
        EXPECT_EQ(error.problems()[0].key, "record.synapses_between[0]");
        EXPECT_NE(error.problems()[0].message.find("1000 are wanted"), std::string::npos);
    }
}

TEST(RecordedSynapses, missing_ones_are_named_with_their_line) {
    const ConfigTree tree = parse_config_tree(
        "simulation: {duration_s: 1}\npopulations: {n_exc: 3, n_inh: 0}\n"
        "connectivity: {probability: 0}\n"
        "record:\n  synapses:\n    - [0, 1]\n    - [2, 0]\n"
        "  synapses_if_present: [[1, 0]]\n  synapses_between: [{from: exc, to: exc}]\n",
        "c.yaml");
    Experiment e = make_experiment(tree);
    ConfigProblems problems(tree.file, &tree.root);
    resolve_recorded_synapses(e, *make_wiring(e), problems, " (here)");
    ASSERT_EQ(problems.list().size(), 3u);
    EXPECT_EQ(problems.list()[0].line, 6);
    EXPECT_EQ(problems.list()[0].key, "record.synapses[0]");
    EXPECT_EQ(problems.list()[0].message,
              "there is no synapse from neuron 0 to neuron 1 in this network, whose wiring depends "
              "on the seed; choose a pair that is connected, or list it in "
              "record.synapses_if_present (here)");
    EXPECT_EQ(problems.list()[1].line, 7);
    EXPECT_EQ(problems.list()[2].line, 9);
}

TEST(RecordedSynapses, wrong_selections_are_problems) {
    try {
        with_record("{synapses_between: [{from: a, too: b}, {from: c, to: b, count: 0}]}");
        FAIL() << "no error";
    } catch (const ConfigError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("synapses_between[0].to: is missing"), std::string::npos) << text;
        EXPECT_NE(text.find("synapses_between[0].too: unknown key"), std::string::npos) << text;
        EXPECT_NE(text.find("synapses_between[1].from"), std::string::npos) << text;
        EXPECT_NE(text.find("synapses_between[1].count"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace engram

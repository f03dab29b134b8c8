// SPDX-License-Identifier: Apache-2.0
// The local part of a network whose excitatory neurons do not come first.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/errors.hpp"
#include "experiment/configuration.hpp"
#include "network/network.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::test {
namespace {

using Edge = std::pair<NeuronId, NeuronId>;  // pre, post

const std::string text =
    "simulation: {duration_s: 1}\n"
    "populations:\n"
    "  I: {count: 31, kind: inhibitory}\n"
    "  A: {count: 50, kind: excitatory}\n"
    "  J: {count: 7, kind: inhibitory}\n"
    "  B: {count: 40, kind: excitatory}\n"
    "projections:\n"
    "  A_A: {from: A, to: A, probability: 0.2, plastic: true}\n"
    "  A_B: {from: A, to: B, probability: 0.1, plastic: true}\n"
    "  B_A: {from: B, to: A, probability: 0.3, weight_h_0: 1}\n"
    "  B_J: {from: B, to: J, probability: 0.5, weight_h_0: 2}\n"
    "  I_B: {from: I, to: B, probability: 0.2, weight_h_0: -4}\n";

TEST(NamedPopulations, tables_of_all_ranks_make_up_the_wiring) {
    const Experiment e = parse_configuration(text, "c.yaml");
    const auto wiring = make_wiring(e);
    std::map<std::string, std::set<Edge>> expected;
    wiring->visit(0, e.populations.size(), [&](NeuronId post, std::span<const NeuronId> sources) {
        for (const NeuronId pre : sources)
            expected[e.populations.of(pre).name + "_" + e.populations.of(post).name].insert(
                {pre, post});
    });
    ASSERT_EQ(expected.size(), 5u);
    for (const int n_ranks : {1, 2, 5}) {
        std::map<std::string, std::set<Edge>> found;
        for (int rank = 0; rank < n_ranks; ++rank) {
            const Network network(e, *wiring, Partition(e.populations.size(), n_ranks), rank);
            const SynapseTable& plastic = network.plastic();
            EXPECT_EQ(plastic.n_sources(), 128u);
            for (NeuronId pre = 0; pre < plastic.n_sources(); ++pre)
                for (const std::uint32_t target : plastic.row(pre)) {
                    const NeuronId post = network.global_id(target);
                    found["A_" + e.populations.of(post).name].insert({pre, post});
                }
            for (const FixedSynapses& fixed : network.fixed()) {
                const Projection& projection = network.projections()[fixed.projection];
                EXPECT_EQ(projection.from, fixed.from);
                for (NeuronId row = 0; row < fixed.table.n_sources(); ++row)
                    for (const std::uint32_t target : fixed.table.row(row))
                        found[projection.name].insert(
                            {e.populations[fixed.from].first + row, network.global_id(target)});
            }
        }
        EXPECT_EQ(found, expected) << n_ranks << " ranks";
    }
}

TEST(NamedPopulations, recorded_synapses_are_those_of_plastic_projections) {
    Experiment e = parse_configuration(
        text + "record: {synapses: [[88, 40]], synapses_between: [{from: all, to: B, count: 5}]}\n",
        "c.yaml");
    ConfigProblems problems("c.yaml");
    resolve_recorded_synapses(e, *make_wiring(e), problems);
    ASSERT_EQ(problems.list().size(), 1u);
    EXPECT_EQ(problems.list()[0].key, "record.synapses[0]");
    EXPECT_EQ(problems.list()[0].message,
              "no plastic projection leads from B to A, the populations of neurons 88 and 40; "
              "choose a pair that one connects");
    ASSERT_EQ(e.record.synapses.size(), 6u);
    for (std::size_t i = 1; i < 6; ++i) {
        EXPECT_EQ(e.populations.of(e.record.synapses[i].pre).name, "A");
        EXPECT_EQ(e.populations.of(e.record.synapses[i].post).name, "B");
    }
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Named populations and the projections between them, as configured.
#include <gtest/gtest.h>

#include <numeric>

#include "experiment/network_keys.hpp"
#include "experiment/problems_of.hpp"

namespace engram::test {
namespace {

const std::string populations =
    "populations:\n"
    "  A: {count: 4, kind: excitatory, neuron: {t_ref_ms: 3}}\n"
    "  I: {count: 2, kind: inhibitory, background: {mean_nA: 0.2}}\n"
    "  B: {count: 3, kind: excitatory}\n";
const std::string projections =
    "projections:\n"
    "  I_A: {from: I, to: A, probability: 0.5, weight_h_0: -4}\n"
    "  A_B: {from: A, to: B, probability: 0.25, plastic: true}\n"
    "  B_B: {from: B, to: B, probability: 1, weight_h_0: 0.5}\n";
const std::string two_of_three = minimal + populations + projections;

Experiment parse(const std::string& text, const Overrides& overrides = {}) {
    return parse_configuration(text, "configs/x.yaml", overrides);
}

// What is wrong with a network of A, I, B and one projection.
std::string problems_of_projection(const std::string& values, const Overrides& overrides = {}) {
    return problems_of(minimal + populations + "projections: {p: {" + values + "}}\n", overrides);
}

std::string at_projection(const std::string& problem) {
    return "configs/x.yaml:6: projections.p" + problem;
}

TEST(NetworkConfiguration, populations_follow_the_order_of_the_file) {
    const Experiment e = parse(two_of_three + "neuron: {V_th_mV: -50}\n");
    ASSERT_EQ(e.populations.n_populations(), 3u);
    const auto expect = [&](std::size_t p, const char* name, PopulationKind kind, NeuronId first,
                            NeuronId count) {
        const Population& population = e.populations[p];
        EXPECT_EQ(population.name, name);
        EXPECT_EQ(population.kind, kind);
        EXPECT_EQ(population.first, first);
        EXPECT_EQ(population.count, count);
        EXPECT_EQ(e.neuron_of(population).v_th_mV, -50) << "the default of all";
    };
    expect(0, "A", PopulationKind::excitatory, 0, 4);
    expect(1, "I", PopulationKind::inhibitory, 4, 2);
    expect(2, "B", PopulationKind::excitatory, 6, 3);
    EXPECT_EQ(e.neuron_of(e.populations[0]).t_ref_ms, 3);
    EXPECT_EQ(e.neuron_of(e.populations[1]).t_ref_ms, 2);
    EXPECT_EQ(e.background_of(e.populations[1]).mean_nA, 0.2);
    EXPECT_EQ(e.background_of(e.populations[2]).mean_nA, 0.15);
    EXPECT_EQ(e.populations.count(PopulationKind::excitatory), 7u);
}

TEST(NetworkConfiguration, projections_are_sorted_by_their_populations) {
    const Experiment e = parse(two_of_three);
    const std::vector<Projection> expected = {{0, 2, true, 0, 0.25, {}, "A_B"},
                                              {1, 0, false, -4, 0.5, {}, "I_A"},
                                              {2, 2, false, 0.5, 1, {}, "B_B"}};
    EXPECT_EQ(e.projections(), expected);
    EXPECT_EQ(e.given_projections->front().name, "I_A") << "as in the file";
}

TEST(NetworkConfiguration, resolved_configuration_is_the_same_experiment) {
    const Experiment e = parse(two_of_three, {"projections.B_A={from: B, to: A, file: b_a.txt, "
                                              "weight_h_0: 1}",
                                              "projections.B_A.file=" ENGRAM_SOURCE_DIR
                                              "/configs/connections_smallnet3.txt"});
    const std::string text = resolved_configuration(e);
    Experiment again = parse(text);
    EXPECT_EQ(again, e);
    EXPECT_EQ(resolved_configuration(again), text);
    EXPECT_EQ(text.find("connectivity"), std::string::npos);
    EXPECT_NE(text.find("    background:\n      mean_nA: 0.2\n      sigma_wn_nA_sqrt_s: 0.05\n"),
              std::string::npos);
    EXPECT_NE(
        text.find("  A_B:\n    from: A\n    to: B\n    probability: 0.25\n    plastic: true\n"),
        std::string::npos);
}

TEST(NetworkConfiguration, no_projections_must_be_meant) {
    EXPECT_EQ(problems_of(minimal + populations),
              "configs/x.yaml: projections: is missing: named populations need projections; write "
              "'projections: {}' if there are no synapses");
    const Experiment e = parse(minimal + populations + "projections: {}\n");
    EXPECT_TRUE(e.projections().empty());
    EXPECT_EQ(parse(resolved_configuration(e)), e);
}

TEST(NetworkConfiguration, each_population_is_a_group) {
    const Experiment e = parse(two_of_three + "groups: {some: {of: B, count: 2}}\n");
    EXPECT_EQ(e.group("A").ids, (std::vector<NeuronId>{0, 1, 2, 3}));
    EXPECT_EQ(e.group("I").ids, (std::vector<NeuronId>{4, 5}));
    EXPECT_EQ(e.group("B").ids, (std::vector<NeuronId>{6, 7, 8}));
    EXPECT_EQ(e.group("all").ids.size(), 9u);
    EXPECT_EQ(e.group("some").ids, (std::vector<NeuronId>{6, 7}));
    EXPECT_EQ(problems_of(two_of_three + "groups: {B: {first: 0, count: 1}}\n"),
              "configs/x.yaml:10: groups.B: is a built-in group and cannot be redefined; choose "
              "another name");
}

TEST(NetworkConfiguration, overrides_reach_every_key) {
    const Experiment e =
        parse(two_of_three, {"projections.A_B.probability=0.5", "populations.B.count=30",
                             "populations.A.neuron.V_th_mV=-52", "projections.I_A=null"});
    EXPECT_EQ(e.projections().front().probability, 0.5);
    EXPECT_EQ(e.populations[2].count, 30u);
    EXPECT_EQ(e.neuron_of(e.populations[0]).v_th_mV, -52);
    EXPECT_EQ(e.projections().size(), 2u);
}

TEST(NetworkConfiguration, forms_are_not_mixed) {
    EXPECT_EQ(problems_of(two_of_three, {"populations.n_exc=5"}),
              "--set populations.n_exc=5: populations.n_exc: cannot be given beside named "
              "populations (A); give populations.NAME.count of each");
    EXPECT_EQ(problems_of(two_of_three + "connectivity: {probability: 0.2}\n"),
              "configs/x.yaml:10: connectivity: cannot be given beside named populations (A); give "
              "projections.NAME: {from: POPULATION, to: POPULATION, ...} instead");
    EXPECT_EQ(problems_of(minimal + "populations: {n_exc: 5}\nprojections: {}\n"),
              "configs/x.yaml:3: projections: need named populations, populations.NAME: {count: N, "
              "kind: excitatory or inhibitory}; the network of n_exc and n_inh is wired by "
              "connectivity");
    EXPECT_EQ(problems_of(minimal + "populations: {n_exc: {count: 5}}\n"),
              "configs/x.yaml:2: populations.n_exc: must be an integer in [1, 100000000] (is a "
              "map)");
}

TEST(NetworkConfiguration, populations_are_checked) {
    const std::string none = "projections: {}\n";
    EXPECT_EQ(problems_of(minimal + "populations:\n  A: {}\n" + none),
              "configs/x.yaml:3: populations.A.count: is missing\n"
              "configs/x.yaml:3: populations.A.kind: is missing");
    EXPECT_EQ(
        problems_of(minimal + "populations:\n  A: {count: 0, kind: exc, neuron: {t_ref: 1}}\n" +
                    none),
        "configs/x.yaml:3: populations.A.count: must be an integer in [1, 100000000] (is 0)\n"
        "configs/x.yaml:3: populations.A.kind: must be one of excitatory, inhibitory (is exc); did "
        "you mean 'excitatory'?\n"
        "configs/x.yaml:3: populations.A.neuron.t_ref: unknown key; did you mean 't_ref_ms'?");
    EXPECT_EQ(problems_of(minimal + "populations:\n  all: {count: 1, kind: excitatory}\n" + none),
              "configs/x.yaml:3: populations.all: is the built-in group of all neurons; choose "
              "another name");
    EXPECT_EQ(
        problems_of(minimal + "populations:\n  a b: {count: 1, kind: excitatory}\n" + none),
        "configs/x.yaml:3: populations.a b: is not a valid name (letters, digits, '_' and '-'; "
        "no '-' at the beginning)");
    EXPECT_EQ(problems_of(minimal +
                          "populations:\n  A: {count: 60000000, kind: excitatory}\n"
                          "  B: {count: 60000000, kind: excitatory}\n" +
                          none),
              "configs/x.yaml:4: populations.B.count: all populations together must have at most "
              "100000000 neurons (are 120000000 up to here)");
}

TEST(NetworkConfiguration, parameters_of_a_population_fit_together) {
    EXPECT_EQ(problems_of(two_of_three, {"populations.B.neuron.V_reset_mV=-50"}),
              "--set populations.B.neuron.V_reset_mV=-50: populations.B.neuron.V_reset_mV: must be "
              "less than populations.B.neuron.V_th_mV = -55 (is -50)");
    EXPECT_EQ(problems_of(two_of_three, {"populations.B.neuron.t_ref_ms=0.3"}),
              "--set populations.B.neuron.t_ref_ms=0.3: populations.B.neuron.t_ref_ms: must be a "
              "multiple of simulation.dt_ms = 0.2 (is 0.3)");
    EXPECT_EQ(problems_of(two_of_three, {"populations.B.neuron={R_leak_MOhm: 1e6, C_mem_nF: 1e6}"}),
              "--set populations.B.neuron={R_leak_MOhm: 1e6, C_mem_nF: 1e6}: "
              "populations.B.neuron.C_mem_nF: R_leak_MOhm * C_mem_nF, the membrane time constant, "
              "must be in [0.001, 1e6] ms (is 1e12)");
}

TEST(NetworkConfiguration, projections_name_known_populations) {
    EXPECT_EQ(problems_of_projection("from: A, to: C, probability: 1, weight_h_0: 1"),
              at_projection(".to: there is no population 'C'; valid are: A, I, B"));
    EXPECT_EQ(
        problems_of(minimal + "populations:\n  cortex: {count: 1, kind: excitatory}\n"
                              "projections: {p: {from: cortx, to: cortex, probability: 1, plastic: "
                              "true}}\n"),
        "configs/x.yaml:4: projections.p.from: there is no population 'cortx'; did you mean "
        "'cortex'?");
    EXPECT_EQ(problems_of_projection("probability: 1, weight_h_0: 1"),
              at_projection(".from: is missing\n") + at_projection(".to: is missing"));
    EXPECT_EQ(problems_of(minimal + populations + "projections: {p: 5}\n"),
              at_projection(": must be a map of keys and values (is 5)"));
    EXPECT_EQ(problems_of_projection("from: A, to: B, probability: 1, plastic: true, site: 1"),
              at_projection(".site: must be one of soma, tip (is 1)"));
}

TEST(NetworkConfiguration, plastic_projections_are_excitatory) {
    EXPECT_EQ(problems_of_projection("from: A, to: B, probability: 1, plastic: true"), "");
    EXPECT_EQ(problems_of_projection("from: A, to: I, probability: 1, plastic: true"),
              at_projection(".plastic: must be between excitatory populations (I is inhibitory); "
                            "give weight_h_0 instead"));
    EXPECT_EQ(problems_of_projection("from: I, to: I, probability: 1, plastic: true"),
              at_projection(".plastic: must be between excitatory populations (I is inhibitory); "
                            "give weight_h_0 instead"));
    EXPECT_EQ(problems_of_projection("from: A, to: I, probability: 1, plastic: true, weight_h_0: "
                                     "1"),
              at_projection(".plastic: must be between excitatory populations (I is inhibitory); "
                            "remove it"));
    EXPECT_EQ(problems_of_projection("from: A, to: B, probability: 1, plastic: true, weight_h_0: "
                                     "1"),
              at_projection(".weight_h_0: cannot be given with plastic: true, whose weights begin "
                            "at h_0; remove one of them"));
}

TEST(NetworkConfiguration, others_have_a_weight_of_the_right_sign) {
    EXPECT_EQ(problems_of_projection("from: A, to: B, probability: 1"),
              at_projection(": must have either plastic: true or weight_h_0"));
    EXPECT_EQ(problems_of_projection("from: A, to: I, probability: 1, plastic: false"),
              at_projection(": must have weight_h_0"));
    EXPECT_EQ(problems_of_projection("from: A, to: I, probability: 1, weight_h_0: -1"),
              at_projection(".weight_h_0: must be at least 0, since A is excitatory (is -1)"));
    EXPECT_EQ(problems_of_projection("from: I, to: I, probability: 1, weight_h_0: 1"),
              at_projection(".weight_h_0: must be at most 0, since I is inhibitory (is 1)"));
    EXPECT_EQ(problems_of_projection("from: I, to: I, probability: 1, weight_h_0: 0"), "");
}

TEST(NetworkConfiguration, wiring_is_drawn_or_read) {
    EXPECT_EQ(problems_of_projection("from: A, to: B, plastic: true"),
              at_projection(": must have either probability or file"));
    EXPECT_EQ(problems_of_projection("from: A, to: B, plastic: true, probability: 0.1, file: x"),
              at_projection(": cannot have both probability and file; remove one"));
    EXPECT_EQ(problems_of_projection("from: A, to: B, plastic: true, file: x"),
              at_projection(".file: there is no file ") +
                  std::filesystem::absolute("configs/x").string());
    EXPECT_EQ(problems_of_projection("from: A, to: B"),
              at_projection(": must have either plastic: true or weight_h_0\n") +
                  at_projection(": must have either probability or file"))
        << "all problems at once";
}

TEST(NetworkConfiguration, one_projection_for_each_pair) {
    EXPECT_EQ(problems_of(two_of_three + "  again: {from: A, to: B, probability: 1, plastic: "
                                         "true}\n"),
              "configs/x.yaml:10: projections.again: connects the same populations as "
              "projections.A_B; remove one of them");
    EXPECT_EQ(problems_of(minimal + "populations:\n"
                                    "  a: {count: 1, kind: excitatory}\n"
                                    "  b_c: {count: 1, kind: excitatory}\n"
                                    "  a_b: {count: 1, kind: excitatory}\n"
                                    "  c: {count: 1, kind: excitatory}\n"
                                    "projections:\n"
                                    "  p: {from: a, to: b_c, probability: 1, plastic: true}\n"
                                    "  q: {from: a_b, to: c, probability: 1, plastic: true}\n"),
              "configs/x.yaml:9: projections.q: would have the name a_b_c in network.h5, as "
              "projections.p has; rename a population");
}

TEST(NetworkConfiguration, recorded_synapses_are_between_excitatory_neurons) {
    const std::string ends = "both ends must be excitatory, an integer in [0, 3] or [6, 8] (is ";
    EXPECT_EQ(problems_of(two_of_three + "record: {synapses: [[0, 8], [6, 4], [9, 0]]}\n"),
              "configs/x.yaml:10: record.synapses[1]: " + ends + "[6, 4])\n" +
                  "configs/x.yaml:10: record.synapses[2]: " + ends + "[9, 0])");
}

TEST(NetworkConfiguration, has_a_limited_number_of_populations) {
    std::string text = "simulation: {duration_s: 1}\nprojections: {}\npopulations:\n";
    for (std::size_t p = 0; p < most_populations; ++p)
        text += "  p" + std::to_string(p) + ": {count: 1, kind: excitatory}\n";
    EXPECT_EQ(problems_of(text), "");
    EXPECT_EQ(problems_of(text + "  more: {count: 1, kind: excitatory}\n"),
              "configs/x.yaml:259: populations.more: there can be at most 255 populations; join "
              "some that have the same parameters");
}

// Other readers of YAML must take them for text as well.
TEST(NetworkConfiguration, names_that_look_like_something_else_are_quoted) {
    const std::string text =
        "simulation: {duration_s: 1}\n"
        "populations: {\"no\": {count: 2, kind: excitatory}, \"9\": {count: 1, kind: "
        "inhibitory}, \"null\": {count: 1, kind: inhibitory}}\n"
        "projections: {\"1e3\": {from: \"no\", to: \"no\", probability: 1, plastic: true}}\n"
        "groups: {\"on\": {of: \"no\", count: 1}}\n"
        "stimuli: {\"0x10\": {scheme: ONEPULSE, group: \"on\", start_s: 0.1, n_inputs: 1, "
        "rate_Hz: 1}}\n";
    const Experiment experiment = parse(text);
    const std::string resolved = resolved_configuration(experiment);
    EXPECT_EQ(parse(resolved), experiment);
    for (const char* name : {"no", "9", "null", "1e3", "on", "0x10"})
        EXPECT_NE(resolved.find("  \"" + std::string(name) + "\":"), std::string::npos) << name;
}

TEST(NetworkConfiguration, keys_are_those_of_the_form) {
    const Experiment named = parse(two_of_three);
    EXPECT_EQ(count_key(named, named.populations[2]), "populations.B.count");
    EXPECT_EQ(weight_key(named, named.projections()[1]), "projections.I_A.weight_h_0");
    const Experiment published = parse(minimal);
    EXPECT_EQ(count_key(published, published.populations[1]), "populations.n_inh");
    EXPECT_EQ(weight_key(published, published.projections()[2]), "connectivity.w_ie");
    EXPECT_TRUE(draws_wiring(published));
}

}  // namespace
}  // namespace engram::test

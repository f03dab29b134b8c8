// SPDX-License-Identifier: Apache-2.0
// Wiring of named populations: segments of random sources, files of single projections.
#include "network/make_wiring.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"
#include "experiment/configuration.hpp"
#include "model/random.hpp"
#include "network/input_sums.hpp"

namespace engram::test {
namespace {

using SourceLists = std::vector<std::vector<NeuronId>>;

SourceLists sources_of(const Experiment& experiment) {
    SourceLists lists;
    make_wiring(experiment)
        ->visit(0, experiment.populations.size(), [&](NeuronId, std::span<const NeuronId> sources) {
            lists.emplace_back(sources.begin(), sources.end());
        });
    return lists;
}

Experiment parse(const std::string& network, const Overrides& overrides = {}) {
    return parse_configuration("simulation: {duration_s: 1, seed: 7}\n" + network, "c.yaml",
                               overrides);
}

const std::string spelled_out =
    "populations:\n"
    "  exc: {count: 160, kind: excitatory}\n"
    "  inh: {count: 40, kind: inhibitory}\n"
    "projections:\n"
    "  ii: {from: inh, to: inh, probability: 0.1, weight_h_0: -4}\n"
    "  ie: {from: inh, to: exc, probability: 0.1, weight_h_0: -4}\n"
    "  ei: {from: exc, to: inh, probability: 0.1, weight_h_0: 2}\n"
    "  ee: {from: exc, to: exc, probability: 0.1, plastic: true}\n";
const std::string published = "populations: {n_exc: 160, n_inh: 40}\n";

// Of the sources [first, end) alone, drawn with the key of a segment.
std::vector<NeuronId> segment(NeuronId target, std::uint32_t number, NeuronId first, NeuronId end,
                              double probability) {
    const model::RandomStreams streams{7};
    std::vector<NeuronId> sources;
    std::uint64_t draw = 0;
    for (NeuronId source = first;; ++source) {
        const auto words = streams(model::Purpose::wiring, target, number, draw++);
        const double u = model::uniform52(words.word[0], words.word[1]);
        const double gap = std::floor(model::log_exact(u) / model::log_exact(1 - probability));
        // The target is no candidate.
        for (double left = gap; source < end && (source == target || left > 0); ++source)
            left -= source == target ? 0 : 1;
        if (source >= end) return sources;
        sources.push_back(source);
    }
}

TEST(MakeWiring, the_published_network_spelled_out_is_the_same) {
    const SourceLists lists = sources_of(parse(published));
    EXPECT_EQ(sources_of(parse(spelled_out)), lists);
    for (NeuronId target = 0; target < 200; ++target)
        EXPECT_EQ(lists[target], segment(target, 0, 0, 200, 0.1));
    EXPECT_NE(sources_of(parse(spelled_out, {"projections.ie.probability=0.11"})), lists);
}

const std::string four =
    "populations:\n"
    "  I: {count: 30, kind: inhibitory}\n"
    "  A: {count: 50, kind: excitatory}\n"
    "  B: {count: 40, kind: excitatory}\n"
    "  C: {count: 60, kind: excitatory}\n"
    "projections:\n"
    "  I_A: {from: I, to: A, probability: 0.2, weight_h_0: -1}\n"
    "  A_A: {from: A, to: A, probability: 0.2, plastic: true}\n"
    "  B_A: {from: B, to: A, probability: 0.3, plastic: true}\n"
    "  C_A: {from: C, to: A, probability: 0.2, plastic: true}\n"
    "  I_B: {from: I, to: B, probability: 0.1, weight_h_0: -1}\n"
    "  C_B: {from: C, to: B, probability: 0.1, weight_h_0: 1}\n";

std::vector<NeuronId> joined(std::vector<NeuronId> a, const std::vector<NeuronId>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(MakeWiring, neighbours_of_equal_probability_share_a_segment) {
    const SourceLists lists = sources_of(parse(four));
    for (NeuronId target = 30; target < 80; ++target)
        EXPECT_EQ(lists[target],
                  joined(joined(segment(target, 0, 0, 80, 0.2), segment(target, 1, 80, 120, 0.3)),
                         segment(target, 2, 120, 180, 0.2)))
            << target;
    for (NeuronId target = 80; target < 120; ++target)
        EXPECT_EQ(lists[target],
                  joined(segment(target, 0, 0, 30, 0.1), segment(target, 1, 120, 180, 0.1)))
            << "what is not connected ends a segment";
    for (NeuronId target = 0; target < 30; ++target) EXPECT_TRUE(lists[target].empty());
    for (NeuronId target = 120; target < 180; ++target) EXPECT_TRUE(lists[target].empty());
}

TEST(MakeWiring, other_projections_do_not_matter) {
    const SourceLists lists = sources_of(parse(four));
    const SourceLists other =
        sources_of(parse(four, {"projections.C_B.probability=0.4", "projections.I_B=null"}));
    for (NeuronId target = 30; target < 80; ++target) EXPECT_EQ(lists[target], other[target]);
}

TEST(MakeWiring, expected_numbers_are_by_projection) {
    const Experiment e = parse(four);
    const SynapseCounts counts = expected_synapses(e, *make_wiring(e));
    EXPECT_DOUBLE_EQ(counts.plastic, 0.2 * 50 * 49 + 0.3 * 40 * 50 + 0.2 * 60 * 50);
    EXPECT_DOUBLE_EQ(counts.fixed, 0.2 * 30 * 50 + 0.1 * 30 * 40 + 0.1 * 60 * 40);
    const Experiment p = parse(published);
    EXPECT_DOUBLE_EQ(expected_synapses(p, *make_wiring(p)).plastic, 0.1 * 160 * 159);
}

class ProjectionFile : public testing::Test {
  protected:
    Experiment with_file(const std::string& matrix) {
        put(path_, matrix);
        return parse(
            "populations:\n"
            "  A: {count: 2, kind: excitatory}\n"
            "  B: {count: 3, kind: excitatory}\n"
            "projections:\n"
            "  A_B: {from: A, to: B, file: " +
            path_ +
            ", plastic: true}\n"
            "  B_B: {from: B, to: B, probability: 1, weight_h_0: 1}\n");
    }
    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("a_b.txt");
};

TEST_F(ProjectionFile, is_joined_to_what_is_drawn) {
    const Experiment e = with_file("0 1 1\n1 0 1\n");
    EXPECT_EQ(sources_of(e), (SourceLists{{}, {}, {1, 3, 4}, {0, 2, 4}, {0, 1, 2, 3}}));
    const auto wiring = make_wiring(e);
    EXPECT_EQ(wiring->expected_synapses(e.populations), (std::vector<double>{0, 4, 0, 6}));
    EXPECT_EQ(highest_in_degrees(e, *wiring, MPI_COMM_SELF), (InDegrees{2, 2}));
}

TEST_F(ProjectionFile, has_the_size_of_its_populations) {
    const Experiment e = with_file("0 1\n1 0\n");
    expect_contains(file_error([&] { make_wiring(e); }),
                    ":1: row has 2 entries; the matrix must be 2 x 3 (populations.A.count x "
                    "populations.B.count)");
}

TEST_F(ProjectionFile, must_not_connect_a_neuron_with_itself) {
    put(path_, "0 0\n0 1\n");
    const Experiment e = parse(
        "populations: {I: {count: 3, kind: inhibitory}, A: {count: 2, kind: excitatory}}\n"
        "projections: {A_A: {from: A, to: A, plastic: true, file: " +
        path_ + "}}\n");
    expect_contains(file_error([&] { make_wiring(e); }),
                    ":2: neuron 4 is connected to itself; the diagonal must be 0");
}

std::string sum_problems(const Experiment& e) {
    ConfigProblems problems("c.yaml");
    check_input_sums(e, highest_in_degrees(e, *make_wiring(e), MPI_COMM_SELF), problems);
    std::string text;
    for (const ConfigProblem& problem : problems.list())
        text += problem.key + ": " + problem.message + "\n";
    return text;
}

TEST(InputSumsOfNamedPopulations, all_projections_to_a_population_add_up) {
    EXPECT_EQ(sum_problems(parse(four)), "");
    // 40 or 60 sources of B and of C: each alone would fit.
    const std::string heavy = "projections.C_B.weight_h_0=12000";
    EXPECT_EQ(sum_problems(parse(four, {heavy})), "");
    const std::string both = sum_problems(parse(
        four, {heavy, "projections.A_B={from: A, to: B, probability: 1, weight_h_0: 15000}"}));
    expect_contains(both,
                    "projections.A_B.weight_h_0: the sum of up to 50 inputs that arrive at "
                    "once must stay below");
    expect_contains(both, "must be at most");
    const std::string inhibition = sum_problems(parse(four, {"projections.I_B.weight_h_0=-1e6"}));
    expect_contains(inhibition, "projections.I_B.weight_h_0: the sum of up to");
    expect_contains(inhibition, "must be at least -");
    expect_contains(sum_problems(parse(four, {"synapses.sigma_pl_mV=1e6"})),
                    "synapses.sigma_pl_mV: the sum of up to 147 inputs");
}

}  // namespace
}  // namespace engram::test

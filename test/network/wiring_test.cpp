// SPDX-License-Identifier: Apache-2.0
// Connections drawn with one probability, and those of a matrix.
#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.hpp"
#include "base/temporary_directory.hpp"
#include "model/random.hpp"
#include "network/matrix_wiring.hpp"
#include "network/random_wiring.hpp"

namespace engram::test {
namespace {

using SourceLists = std::vector<std::vector<NeuronId>>;

SourceLists all_sources(const Wiring& wiring, NeuronId n) {
    SourceLists lists;
    wiring.visit(0, n, [&](NeuronId target, std::span<const NeuronId> sources) {
        ASSERT_EQ(target, lists.size());
        lists.emplace_back(sources.begin(), sources.end());
    });
    return lists;
}

// Chi-square statistic of degrees against the binomial distribution, bins of >= 10 expected
// entries; fills the number of degrees of freedom.
double chi_square(const std::vector<int>& degrees, int trials, double p, int& freedom) {
    const auto n = static_cast<double>(degrees.size());
    std::vector<double> observed(static_cast<std::size_t>(trials) + 1);
    for (const int degree : degrees) ++observed[static_cast<std::size_t>(degree)];
    double statistic = 0, expected = 0, seen = 0, all_expected = 0, all_seen = 0;
    freedom = -1;
    for (int k = 0; k <= trials; ++k) {
        const double log_probability = std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) -
                                       std::lgamma(trials - k + 1.0) + k * std::log(p) +
                                       (trials - k) * std::log1p(-p);
        expected += n * std::exp(log_probability);
        seen += observed[static_cast<std::size_t>(k)];
        const double rest = n - all_expected - expected;
        if (k < trials && (expected < 10.0 || rest < 10.0)) continue;
        statistic += (seen - expected) * (seen - expected) / expected;
        all_expected += expected;
        all_seen += seen;
        expected = seen = 0;
        ++freedom;
    }
    EXPECT_EQ(all_seen, n);
    return statistic;
}

TEST(RandomWiring, DegreesAreBinomial) {
    constexpr NeuronId n = 2000;
    constexpr double p = 0.1;
    const SourceLists lists = all_sources(RandomWiring(n, p, 4), n);
    std::vector<int> in(n), out(n);
    for (NeuronId target = 0; target < n; ++target) {
        in[target] = static_cast<int>(lists[target].size());
        for (const NeuronId source : lists[target]) ++out[source];
    }
    for (const auto& degrees : {in, out}) {
        int freedom = 0;
        const double statistic = chi_square(degrees, n - 1, p, freedom);
        ASSERT_GT(freedom, 20);
        // Mean = freedom, variance = 2 freedom; 3.5 sigmas, on either side: a distribution that is
        // too regular is wrong, too.
        EXPECT_NEAR(statistic, freedom, 3.5 * std::sqrt(2.0 * freedom));
    }
    double total = 0;
    for (const int degree : in) total += degree;
    const double pairs = static_cast<double>(n) * (n - 1);
    EXPECT_NEAR(total, p * pairs, 4 * std::sqrt(pairs * p * (1 - p)));
}

// Reciprocal connections and common sources come as often as chance has it.
TEST(RandomWiring, ConnectionsAreIndependent) {
    constexpr NeuronId n = 1000;
    constexpr double p = 0.1;
    const SourceLists lists = all_sources(RandomWiring(n, p, 9), n);
    std::vector<std::vector<char>> matrix(n, std::vector<char>(n));
    for (NeuronId post = 0; post < n; ++post)
        for (const NeuronId pre : lists[post]) matrix[pre][post] = 1;
    double reciprocal = 0, next_target = 0, next_source = 0;
    for (NeuronId i = 0; i + 1 < n; ++i)
        for (NeuronId j = 0; j + 1 < n; ++j) {
            if (i < j) reciprocal += matrix[i][j] && matrix[j][i];
            next_target += matrix[i][j] && matrix[i][j + 1];
            next_source += matrix[i][j] && matrix[i + 1][j];
        }
    const double half = 0.5 * n * n, all = static_cast<double>(n) * n;
    EXPECT_NEAR(reciprocal, half * p * p, 4 * std::sqrt(half) * p + 2 * n * p * p);
    EXPECT_NEAR(next_target, all * p * p, 4 * std::sqrt(all) * p * 1.1 + 4 * n * p * p);
    EXPECT_NEAR(next_source, all * p * p, 4 * std::sqrt(all) * p * 1.1 + 4 * n * p * p);
}

TEST(RandomWiring, SourcesAscendWithoutSelfConnections) {
    for (const double p : {0.01, 0.5, 0.99}) {
        const SourceLists lists = all_sources(RandomWiring(300, p, 1), 300);
        for (NeuronId target = 0; target < 300; ++target)
            for (std::size_t i = 0; i < lists[target].size(); ++i) {
                ASSERT_NE(lists[target][i], target);
                ASSERT_LT(lists[target][i], 300u);
                if (i == 0) continue;
                ASSERT_LT(lists[target][i - 1], lists[target][i]);
            }
    }
}

TEST(RandomWiring, DoesNotDependOnTheRangesVisited) {
    const RandomWiring wiring(500, 0.1, 3);
    const SourceLists whole = all_sources(wiring, 500);
    SourceLists pieces(500);
    for (const auto& [first, count] : {std::pair{300u, 200u}, {0u, 1u}, {1u, 299u}})
        wiring.visit(first, count, [&](NeuronId target, std::span<const NeuronId> sources) {
            pieces[target].assign(sources.begin(), sources.end());
        });
    EXPECT_EQ(pieces, whole);
}

// The definition: one draw after the other, each a number of failures.
std::vector<NeuronId> drawn_one_by_one(std::uint64_t seed, NeuronId target, std::uint32_t number,
                                       NeuronId first, NeuronId end, double p) {
    std::vector<NeuronId> candidates;
    for (NeuronId source = first; source < end; ++source)
        if (source != target) candidates.push_back(source);
    if (p >= 1.0) return candidates;
    if (1.0 - p >= 1.0) return {};
    const double log_failure = model::log_exact(1.0 - p);
    std::vector<NeuronId> sources;
    std::size_t candidate = 0;
    for (std::uint64_t draw = 0;; ++draw, ++candidate) {
        const auto words = model::RandomStreams{seed}(model::Purpose::wiring, target, number, draw);
        const double u = model::uniform52(words.word[0], words.word[1]);
        const double gap = std::floor(model::log_exact(u) / log_failure);
        if (gap >= static_cast<double>(candidates.size() - candidate)) return sources;
        candidate += static_cast<std::size_t>(gap);
        sources.push_back(candidates[candidate]);
    }
}

constexpr double probabilities[] = {0.0,  1e-18, 1e-16, 2e-16,    1e-9,        1e-4, 0.003,
                                    0.01, 0.1,   0.5,   0.999999, 1 - 0x1p-53, 1.0};

TEST(RandomWiring, DrawsAtOnceAreThoseOneByOne) {
    for (const double p : probabilities)
        for (const NeuronId n : {1u, 2u, 7u, 8u, 9u, 64u, 2003u}) {
            const NeuronId step = n > 100 ? 97 : 1;
            for (std::uint64_t seed = 1; seed < 0x300000000u; seed += 0xabcdef12u) {
                const RandomWiring wiring(n, p, seed);
                for (NeuronId target = 0; target < n; target += step)
                    wiring.visit(target, 1, [&](NeuronId, std::span<const NeuronId> sources) {
                        ASSERT_EQ(std::vector(sources.begin(), sources.end()),
                                  drawn_one_by_one(seed, target, 0, 0, n, p))
                            << "probability " << p << ", " << n << " neurons";
                    });
            }
        }
}

TEST(RandomWiring, DrawsAtOnceOfSegmentsWithAndWithoutTheTarget) {
    const Populations populations(700, 300);
    for (const double p : probabilities) {
        // To each population from the other with p, and from itself with less.
        const double less = 0.7 * p;
        const std::vector<Projection> projections = {{0, 0, false, 1, less},
                                                     {1, 0, false, 1, p},
                                                     {0, 1, false, 1, p},
                                                     {1, 1, false, 1, less}};
        const RandomWiring wiring(populations, projections, 5);
        for (const NeuronId target : {0u, 1u, 350u, 699u, 700u, 701u, 999u})
            wiring.visit(target, 1, [&](NeuronId, std::span<const NeuronId> sources) {
                const bool is_exc = target < 700;
                std::vector<NeuronId> expected =
                    drawn_one_by_one(5, target, 0, 0, 700, is_exc ? less : p);
                for (const NeuronId source :
                     drawn_one_by_one(5, target, 1, 700, 1000, is_exc ? p : less))
                    expected.push_back(source);
                EXPECT_EQ(std::vector(sources.begin(), sources.end()), expected)
                    << "probability " << p << ", target " << target;
            });
    }
}

TEST(RandomWiring, SeedsDiffer) {
    EXPECT_NE(all_sources(RandomWiring(100, 0.1, 1), 100),
              all_sources(RandomWiring(100, 0.1, 2), 100));
}

TEST(RandomWiring, ExtremeProbabilities) {
    for (const auto& list : all_sources(RandomWiring(50, 0.0, 1), 50)) EXPECT_TRUE(list.empty());
    for (const auto& list : all_sources(RandomWiring(50, 1.0, 1), 50)) EXPECT_EQ(list.size(), 49u);
    for (const auto& list : all_sources(RandomWiring(50, 1e-12, 1), 50)) EXPECT_TRUE(list.empty());
    for (const auto& list : all_sources(RandomWiring(1, 0.5, 1), 1)) EXPECT_TRUE(list.empty());
}

class MatrixWiringTest : public testing::Test {
  protected:
    std::string file(const std::string& text) {
        const std::string path = directory_.file("matrix.txt");
        put(path, text);
        return path;
    }
    //! The message of the FileError that reading this text gives.
    std::string error(const std::string& text, NeuronId n) {
        try {
            MatrixWiring wiring(file(text), n);
        } catch (const FileError& e) {
            return e.what();
        }
        return "no error";
    }
    void expect_error(const std::string& text, NeuronId n, const std::string& part) {
        EXPECT_NE(error(text, n).find(part), std::string::npos) << error(text, n);
    }
    TemporaryDirectory directory_;
};

TEST_F(MatrixWiringTest, RowIsPreColumnIsPost) {
    const MatrixWiring wiring(file("0 1 1\n0 0 0\n0 1 0\n"), 3);
    EXPECT_EQ(all_sources(wiring, 3), (SourceLists{{}, {0, 2}, {0}}));
}

TEST_F(MatrixWiringTest, WhiteSpaceDoesNotMatter) {
    const MatrixWiring wiring(file("\n 0\t1\r\n\n1   0  \n\n"), 2);
    EXPECT_EQ(all_sources(wiring, 2), (SourceLists{{1}, {0}}));
}

TEST_F(MatrixWiringTest, AByteOrderMarkIsPassedOver) {
    const MatrixWiring wiring(file("\xEF\xBB\xBF"
                                   "0 1\n1 0\n"),
                              2);
    EXPECT_EQ(all_sources(wiring, 2), (SourceLists{{1}, {0}}));
    expect_error(
        "0 1\n\xEF\xBB\xBF"
        "1 0\n",
        2, "matrix.txt:2: entry");
}

TEST_F(MatrixWiringTest, NumbersAndSeparatorsAreThoseOfOtherTools) {
    const SourceLists expected = {{}, {0, 2}, {0}};
    for (const char* text :
         {"0,1,1\n0,0,0\n0,1,0\n", "0;1;1\n0;0;0\n0;1;0;\n",
          "# a matrix\n0 1 1\n0 0 0  # nothing\n0 1 0\n", "0.0, 1.0, 1\r\n0,0,0\r\n0,1e0,-0\r\n",
          "0.000000000000000000e+00 1.000000000000000000e+00 1.000000000000000000e+00\n"
          "0.000000000000000000e+00 0.000000000000000000e+00 0.000000000000000000e+00\n"
          "0.000000000000000000e+00 1.000000000000000000e+00 0.000000000000000000e+00\n"})
        EXPECT_EQ(all_sources(MatrixWiring(file(text), 3), 3), expected) << text;
}

TEST_F(MatrixWiringTest, OtherFormatsAreNamed) {
    const std::string remedy = "; convert it with 'tools/engram-convert ";
    expect_error("\x93NUMPY\x01", 2, "matrix.txt: is an array of numpy (.npy)" + remedy);
    expect_error("PK\x03\x04", 2,
                 "is a zip archive, such as arrays of numpy or scipy (.npz)" + remedy);
    expect_error("\x1f\x8b\x08", 2, "is compressed with gzip" + remedy);
    expect_error("%%MatrixMarket matrix", 2, "in Matrix Market format (.mtx)" + remedy);
    // What the converter does not read either.
    expect_error("MATLAB 5.0 MAT-file", 2, "a file of MATLAB (.mat); save it as text");
    expect_error("\x80\x02}q\x01.", 2, "is pickled by Python; save it as text");
    expect_error("\x28\xb5\x2f\xfd", 2, "is compressed with zstd; unpack it");
    expect_error("\xff\xfe", 2, "is text in UTF-16; save it in UTF-8");
    expect_error(std::string("\x7f"
                             "ELF\0\0",
                             6),
                 2, "is no text; give a matrix of 0 and 1");
    expect_error("0 1\n1 0.5\n", 2,
                 "if it is a list of edges, or has weights: " + remedy.substr(2));
    expect_error("0 1\n1 2\n2 0\n", 9, "row has 2 entries; the matrix must be 9 x 9");
    expect_error("0 1\n1 2\n2 0\n", 9, "if it is a list of edges");
    EXPECT_EQ(error("0 x\n1 0\n", 2).find("convert"), std::string::npos);
}

TEST_F(MatrixWiringTest, ErrorsRepeatNothingThatMisleads) {
    expect_error(std::string("0 a\0b\n1 0\n", 10), 2, "matrix.txt: is no text");
    const std::string message = error("0 " + std::string(5'000'000, '7') + "\n1 0\n", 2);
    EXPECT_LT(message.size(), 1000u);
    EXPECT_NE(message.find("... (5000000 bytes)' in column 2 is not 0 or 1"), std::string::npos)
        << message;
}

TEST_F(MatrixWiringTest, ErrorsNameFileLineAndProblem) {
    expect_error("0 1\n1 2\n", 2, "matrix.txt:2: entry '2' in column 2");
    expect_error("0 x\n1 0\n", 2, "matrix.txt:1: entry 'x' in column 2");
    expect_error("0 1\n\n1 1\n", 2, "matrix.txt:3: neuron 1 is connected to itself");
    expect_error("0 1\n1\n", 2, "matrix.txt:2: row has 1 entries");
    expect_error("0 1 0\n1 0 0\n", 2, "matrix.txt:1: row has 3 entries; the matrix must be 2 x 2");
    expect_error("0 1\n1 0\n0 0\n", 2, "has 3 rows; the matrix must be 2 x 2");
    expect_error("0 1\n", 2, "has 1 rows");
    expect_error("", 2, "has 0 rows");
}

TEST_F(MatrixWiringTest, AllProblemsAreNamedUpToTen) {
    const std::string three = error("0 x 1\n1 1\n", 3);
    EXPECT_NE(three.find("matrix.txt:1: entry 'x' in column 2"), std::string::npos) << three;
    EXPECT_NE(three.find("\n" + directory_.file("matrix.txt:2: neuron 1 is connected to itself")),
              std::string::npos)
        << three;
    EXPECT_NE(three.find("matrix.txt:2: row has 2 entries"), std::string::npos) << three;
    EXPECT_NE(three.find("matrix.txt: has 2 rows"), std::string::npos) << three;

    std::string text;
    for (int row = 0; row < 25; ++row) text += "2\n";
    const std::string many = error(text, 1);
    EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 11) << many;
    EXPECT_NE(many.find("\n... and 16 more\nif it is a list of edges, or has weights: convert it "
                        "with 'tools/engram-convert "),
              std::string::npos)
        << many;
}

TEST_F(MatrixWiringTest, MissingFile) {
    EXPECT_THROW(MatrixWiring("/nonexistent/matrix.txt", 2), FileError);
}

}  // namespace
}  // namespace engram::test

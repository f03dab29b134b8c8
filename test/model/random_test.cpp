// SPDX-License-Identifier: Apache-2.0
#include "model/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "model/random_lanes.hpp"
#include "model/statistics.hpp"

namespace engram::test {
namespace {

using Step = std::int64_t;
using model::NormalPair;
using model::Purpose;
using model::RandomStreams;
using model::RandomWords;

constexpr std::size_t n_samples = 1 << 20;
// Standard errors of sample moments of n normal numbers: mean 1/sqrt(n), variance sqrt(2/n),
// skewness sqrt(6/n), kurtosis sqrt(24/n), correlation 1/sqrt(n).
const double unit = 1.0 / std::sqrt(static_cast<double>(n_samples));
constexpr double sigmas = 4.0;

void expect_standard_normal(const std::vector<double>& x) {
    const Moments m = moments_of(x);
    EXPECT_NEAR(m.mean, 0.0, sigmas * unit);
    EXPECT_NEAR(m.variance, 1.0, sigmas * std::sqrt(2.0) * unit);
    EXPECT_NEAR(m.skewness, 0.0, sigmas * std::sqrt(6.0) * unit);
    EXPECT_NEAR(m.kurtosis, 3.0, sigmas * std::sqrt(24.0) * unit);
    EXPECT_LT(ks_statistic(x), 1.95);
}

// Uncorrelated in themselves, in their squares and absolute values: a shared radius would show.
void expect_independent(std::vector<double> x, std::vector<double> y) {
    const double bound = sigmas / std::sqrt(static_cast<double>(x.size()));
    EXPECT_NEAR(correlation_of(x, y), 0.0, bound);
    for (double& value : x) value *= value;
    EXPECT_NEAR(correlation_of(x, y), 0.0, bound);
    for (double& value : y) value *= value;
    EXPECT_NEAR(correlation_of(x, y), 0.0, bound);
}

std::vector<double> background_noise(std::uint32_t id, Step first, std::size_t n) {
    const RandomStreams streams{42};
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = normal_at_step(streams, Purpose::background, id, 0, first + static_cast<Step>(i));
    return x;
}

// Vectors of the Random123 distribution (kat_vectors).
TEST(Philox, KnownAnswers) {
    struct Case {
        philox4x32_ctr_t counter;
        philox4x32_key_t key;
        philox4x32_ctr_t answer;
    };
    const Case cases[] = {
        {{{0, 0, 0, 0}}, {{0, 0}}, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
        {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
         {{0xffffffff, 0xffffffff}},
         {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
        {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
         {{0xa4093822, 0x299f31d0}},
         {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
    };
    for (const Case& c : cases) {
        const philox4x32_ctr_t out = philox4x32(c.counter, c.key);
        for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], c.answer[i]);
    }
}

// The counter layout defines results: it must never change.
TEST(RandomStreams, CounterLayout) {
    const RandomStreams streams{0xa4093822ULL | 0x299f31d0ULL << 32};
    // Purpose 0x44 does not exist; the known answer fixes its place in the last word.
    const auto purpose = static_cast<Purpose>(0x44);
    const std::uint64_t counter = 0x13198a2eULL | 0x037073ULL << 32;
    const RandomWords words = streams(purpose, 0x243f6a88, 0x85a308d3, counter);
    EXPECT_EQ(words.word[0], 0xd16cfe09u);
    EXPECT_EQ(words.word[3], 0x24126ea1u);
}

// Ids and subs, small and large; n of every size around the number of lanes.
TEST(RandomStreams, WordsInLanesAreThoseOfOneByOne) {
    const RandomStreams source{99};
    std::uint64_t i = 0;
    for (std::size_t n = 1; n < 300; n += n < 40 ? 1 : 37) {
        for (int repetition = 0; repetition < 60; ++repetition, ++i) {
            const RandomWords w = source(Purpose::trial, 0, 0, i);
            const std::uint64_t counter =
                (static_cast<std::uint64_t>(w.word[2]) << 24 ^ w.word[3]) >> i % 56;
            const auto purpose = static_cast<Purpose>(1 + i % 7);
            const RandomStreams streams{static_cast<std::uint64_t>(w.word[3]) << 32 | w.word[0]};
            const std::uint32_t same = i % 3 == 0 ? w.word[1] : w.word[1] % 2000;
            std::vector<std::uint32_t> each(n);
            for (std::size_t k = 0; k < n; ++k) {
                each[k] = source(Purpose::wiring, static_cast<std::uint32_t>(k), 0, i).word[0];
                if (i % 5 < 3) each[k] %= 2000;
            }
            // What lies behind the n words must stay.
            std::vector<std::uint32_t> words(4 * (n + 1), 7);
            std::uint32_t* const rows[] = {&words[0], &words[n + 1], &words[2 * (n + 1)],
                                           &words[3 * (n + 1)]};
            const auto expect_equal = [&](int n_words, bool each_id) {
                for (std::size_t k = 0; k < n; ++k) {
                    const RandomWords one = each_id ? streams(purpose, each[k], same, counter)
                                                    : streams(purpose, same, each[k], counter);
                    for (int word = 0; word < n_words; ++word)
                        ASSERT_EQ(rows[word][k], one.word[word]) << n << " " << k << " " << word;
                }
                for (const std::uint32_t* row : rows) ASSERT_EQ(row[n], 7u);
            };
            model::random_words<4>(streams, purpose, model::OfEach{each.data()}, model::Same{same},
                                   model::Same{counter}, n, rows);
            expect_equal(4, true);
            model::random_words<2>(streams, purpose, model::Same{same}, model::OfEach{each.data()},
                                   model::Same{counter}, n, {rows[0], rows[1]});
            expect_equal(2, false);
            std::vector<std::uint64_t> counters(n);
            for (std::size_t k = 0; k < n; ++k) counters[k] = (counter + (each[k] << 4)) >> 8;
            model::random_words<2>(streams, purpose, model::Same{same}, model::OfEach{each.data()},
                                   model::OfEach{counters.data()}, n, {rows[0], rows[1]});
            for (std::size_t k = 0; k < n; ++k)
                ASSERT_EQ(rows[1][k], streams(purpose, same, each[k], counters[k]).word[1]);
        }
    }
}

TEST(RandomStreams, EveryPartOfTheKeyMatters) {
    const std::uint64_t counters[] = {5, 6, 5ULL + (1ULL << 32), 5ULL + (1ULL << 55)};
    std::set<std::uint32_t> seen;
    std::size_t n = 0;
    for (const std::uint64_t seed : {1ULL, 2ULL, 1ULL + (1ULL << 32)})
        for (std::uint32_t purpose = 1; purpose <= 6; ++purpose)
            for (const std::uint32_t id : {0u, 1u, 0xffffffffu})
                for (const std::uint32_t sub : {0u, 1u})
                    for (const std::uint64_t counter : counters) {
                        const RandomStreams streams{seed};
                        seen.insert(
                            streams(static_cast<Purpose>(purpose), id, sub, counter).word[0]);
                        ++n;
                    }
    // 432 words of 32 bits: two are equal by chance with probability 2e-5.
    EXPECT_EQ(seen.size(), n);
}

TEST(Uniform, StaysInsideTheUnitInterval) {
    EXPECT_GT(model::uniform(0), 0.0);
    EXPECT_LT(model::uniform(0xffffffffu), 1.0);
    EXPECT_DOUBLE_EQ(model::uniform(0x80000000u), 0.5 + 0x1p-33);
    EXPECT_GT(model::uniform52(0, 0), 0.0);
    EXPECT_LT(model::uniform52(0x7fffffffu, 0xffffffffu), 0.5 + 1e-15);
    EXPECT_LT(model::uniform52(0xffffffffu, 0xffffffffu), 1.0);
}

TEST(NormalPair, BothAreStandardNormal) {
    const RandomStreams streams{3};
    std::vector<double> x(n_samples);
    std::vector<double> y(n_samples);
    for (std::size_t i = 0; i < n_samples; ++i) {
        const auto words = streams(Purpose::background, static_cast<std::uint32_t>(i), 0, 17);
        const NormalPair pair = model::normal_pair(words.word[0], words.word[1]);
        x[i] = pair.first;
        y[i] = pair.second;
    }
    expect_standard_normal(x);
    expect_standard_normal(y);
    expect_independent(x, y);
}

TEST(NormalAtStep, NeighbouringStepsAreIndependent) {
    const std::vector<double> x = background_noise(7, 0, n_samples);
    expect_standard_normal(x);
    for (std::size_t lag = 1; lag <= 5; ++lag) {
        SCOPED_TRACE(lag);
        expect_independent({x.begin(), x.end() - static_cast<std::ptrdiff_t>(lag)},
                           {x.begin() + static_cast<std::ptrdiff_t>(lag), x.end()});
    }
}

TEST(NormalAtStep, NeighbouringNeuronsAreIndependent) {
    expect_independent(background_noise(7, 0, n_samples), background_noise(8, 0, n_samples));
}

// Steps are 64-bit: eight weeks of 0.1 ms steps are 4.8e10.
TEST(NormalAtStep, LateStepsDifferFromEarlyOnes) {
    constexpr Step late = 1LL << 36;
    EXPECT_NE(background_noise(7, 0, 4), background_noise(7, late, 4));
    EXPECT_NE(background_noise(7, 0, 4), background_noise(7, 1LL << 34, 4));
}

TEST(NormalPair, ExtremesAreFinite) {
    for (const std::uint32_t a : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffffffeu, 0xffffffffu})
        for (const std::uint32_t b : {0u, 1u, 0x1fffffffu, 0x20000000u, 0x3fffffffu, 0x40000000u,
                                      0x80000000u, 0xc0000000u, 0xffffffffu}) {
            const NormalPair pair = model::normal_pair(a, b);
            EXPECT_LT(std::fabs(pair.first), 6.8f) << a << ' ' << b;
            EXPECT_LT(std::fabs(pair.second), 6.8f) << a << ' ' << b;
        }
    // The largest radius, sqrt(2 * 33 * ln 2), along an axis.
    const NormalPair largest = model::normal_pair(0, 0);
    EXPECT_NEAR(std::hypot(largest.first, largest.second), 6.7637, 1e-4);
}

// Against Box-Muller in double precision with the same quadrants.
TEST(NormalPair, AnglesCoverTheCircleEvenly) {
    constexpr int n = 1 << 16;
    int count[4] = {};
    double previous = 0;
    std::vector<double> angles;
    for (int i = 0; i < n; ++i) {
        const auto b = static_cast<std::uint32_t>(i) << 16;
        const NormalPair pair = model::normal_pair(0x12345678u, b);
        const double radius = std::sqrt(-2.0 * std::log(0x12345678p-32));
        EXPECT_NEAR(std::hypot(pair.first, pair.second), radius, 3e-6);
        ++count[(pair.first < 0 ? 1 : 0) + (pair.second < 0 ? 2 : 0)];
        angles.push_back(std::atan2(pair.second, pair.first));
    }
    for (const int quadrant : count) EXPECT_NEAR(quadrant, n / 4, 2);
    std::sort(angles.begin(), angles.end());
    for (std::size_t i = 1; i < angles.size(); ++i) {
        previous = angles[i] - angles[i - 1];
        ASSERT_NEAR(previous, 2.0 * M_PI / n, 1e-6);
    }
}

}  // namespace
}  // namespace engram::test

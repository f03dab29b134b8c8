// SPDX-License-Identifier: Apache-2.0
// Numbers of which several are computed at once, against one at a time and as they are defined.
#include "model/geometric_gaps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace engram::test {
namespace {

// Out of line, so that nothing is computed at once.
[[gnu::noinline]] double one_gap(const model::RandomStreams& streams, model::Purpose purpose,
                                 std::uint32_t id, std::uint32_t sub, std::uint64_t draw,
                                 double log_failure) {
    const model::RandomWords words = streams(purpose, id, sub, draw);
    return std::floor(model::log_exact(model::uniform52(words.word[0], words.word[1])) /
                      log_failure);
}

TEST(GeometricGaps, ManyAtOnceAreThoseOneByOne) {
    std::uint32_t i = 0;
    for (const double p : {2e-16, 1e-15, 1e-9, 1e-5, 0.001, 0.1, 0.5, 0.9, 0.999999, 1 - 0x1p-53}) {
        const model::GeometricGaps gaps(p);
        const double log_failure = model::log_exact(1.0 - p);
        for (std::size_t n = 1; n <= model::most_gaps; n += n < 20 ? 1 : 59)
            for (const std::uint32_t limit : {0u, 1u, 1000u, 0x7fffffffu, 0x80000000u, 0xffffffffu})
                for (const std::uint64_t first : {0ULL, 250ULL, (1ULL << 32) - 2, 1ULL << 40}) {
                    ++i;
                    const model::RandomStreams streams{i * 0x123456789abcdefULL};
                    std::vector<std::uint32_t> drawn(n + 1, 12345);
                    gaps.draw(streams, model::Purpose::wiring, i, i % 3, first, n, limit,
                              drawn.data());
                    for (std::size_t k = 0; k < n; ++k)
                        ASSERT_EQ(drawn[k], std::min<double>(
                                                limit, one_gap(streams, model::Purpose::wiring, i,
                                                               i % 3, first + k, log_failure)))
                            << "probability " << p << ", draw " << k << " of " << n;
                    ASSERT_EQ(drawn[n], 12345u);
                }
    }
}

// The same with conversions of the processor in place of those by bits.
[[gnu::noinline]] double log_by_conversions(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::int64_t exponent = static_cast<std::int64_t>(bits - 0x3fe6a09e667f3bcdULL) >> 52;
    const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));
    const double s = (m - 1.0) / (2.0 + (m - 1.0));
    const double s2 = s * s;
    double p = 1.0 / 23.0;
    for (int odd = 21; odd >= 3; odd -= 2) p = std::fma(p, s2, 1.0 / odd);
    const auto k = static_cast<double>(exponent);
    const double low = std::fma(k, 1.90821492927058770002e-10, 2.0 * s * s2 * p);
    return std::fma(k, 6.93147180369123816490e-01, 2.0 * s + low);
}

TEST(GeometricGaps, LogarithmsAreThoseByConversions) {
    const model::RandomStreams streams{3};
    std::vector<double> x(1 << 16), at_once(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto drawn = streams(model::Purpose::trial, 0, 0, i);
        const std::uint64_t mantissa =
            (static_cast<std::uint64_t>(drawn.word[0]) << 32 | drawn.word[1]) >> 12;
        // Every exponent of a normal number.
        x[i] = std::bit_cast<double>((i % 2046 + 1) << 52 | mantissa);
    }
    for (int exponent = -1022; exponent < 1024; ++exponent) {
        x[static_cast<std::size_t>(exponent + 1022) * 3] = std::exp2(exponent);
        x[static_cast<std::size_t>(exponent + 1022) * 3 + 1] = std::bit_cast<double>(
            static_cast<std::uint64_t>(exponent + 1022) << 52 | 0x6a09e667f3bcdULL);
    }
    x[1] = std::sqrt(0.5);
    for (std::size_t i = 0; i < x.size(); ++i) at_once[i] = model::log_exact(x[i]);
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isnormal(x[i])) continue;
        ASSERT_EQ(std::bit_cast<std::uint64_t>(at_once[i]),
                  std::bit_cast<std::uint64_t>(log_by_conversions(x[i])))
            << x[i];
    }
}

TEST(GeometricGaps, WholeNumbersAreExact) {
    for (int bit = 0; bit < 52; ++bit)
        for (const std::uint64_t value : {1ULL << bit, (1ULL << bit) - 1, (1ULL << bit) + 1})
            if (value < 1ULL << 52) {
                EXPECT_EQ(model::exact_double(value), static_cast<double>(value));
            }
}

}  // namespace
}  // namespace engram::test

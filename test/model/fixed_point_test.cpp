// SPDX-License-Identifier: Apache-2.0
#include "model/fixed_point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace engram::test {
namespace {

using model::from_fixed_point;
using model::to_fixed_point;

TEST(FixedPoint, RoundsToTheNearestQuantum) {
    EXPECT_EQ(to_fixed_point(0.0), 0);
    EXPECT_EQ(to_fixed_point(1.0), 1LL << 40);
    EXPECT_EQ(to_fixed_point(-1.0), -(1LL << 40));
    EXPECT_EQ(to_fixed_point(0.6 * model::fixed_point_quantum), 1);
    EXPECT_EQ(to_fixed_point(0.4 * model::fixed_point_quantum), 0);
    EXPECT_EQ(to_fixed_point(-0.6 * model::fixed_point_quantum), -1);
}

TEST(FixedPoint, RoundTripWithinHalfAQuantum) {
    for (double value = -20.0; value < 20.0; value += 0.0137)
        EXPECT_LE(std::fabs(from_fixed_point(to_fixed_point(value)) - value),
                  0.5 * model::fixed_point_quantum);
}

// The range that is promised.
// Which of the two a program uses depends on what it was built for; results must not.
TEST(FixedPoint, BothConversionsToFloatingPointRoundAlike) {
    std::mt19937_64 random(7);
    std::vector<model::FixedPoint> values = {0,
                                             1,
                                             -1,
                                             (1LL << 53) + 1,
                                             -(1LL << 53) - 1,
                                             (1LL << 54) + 6,
                                             std::numeric_limits<model::FixedPoint>::max(),
                                             std::numeric_limits<model::FixedPoint>::min()};
    for (int i = 0; i < 100'000; ++i)
        values.push_back(static_cast<model::FixedPoint>(random()) >> (i % 64));
    for (const model::FixedPoint value : values)
        ASSERT_EQ(model::to_double_by_halves(value), static_cast<double>(value)) << value;
}

TEST(FixedPoint, HoldsEightMillionMillivolt) {
    const double largest = 0x1p23 - 1.0;
    EXPECT_EQ(from_fixed_point(to_fixed_point(largest)), largest);
    EXPECT_EQ(from_fixed_point(to_fixed_point(-largest)), -largest);
}

// Devices agree on it: see GpuDevice.SumsAreThoseOfTheHost.
TEST(FixedPoint, IsTheLowestValueBeyondTheRange) {
    for (const double value :
         {0x1p23, 1e300, -0x1p23, -1e300, std::nan(""), std::numeric_limits<double>::infinity()})
        EXPECT_EQ(to_fixed_point(value), std::numeric_limits<model::FixedPoint>::min()) << value;
}

TEST(FixedPoint, SumsDoNotDependOnOrder) {
    std::mt19937_64 generator(5);
    std::vector<double> values(1000);
    for (double& value : values) value = static_cast<double>(generator() >> 20) * 1e-13 - 0.5;
    const auto sum = [&] {
        model::FixedPoint total = 0;
        for (const double value : values) total += to_fixed_point(value);
        return total;
    };
    const model::FixedPoint first = sum();
    for (int i = 0; i < 10; ++i) {
        std::shuffle(values.begin(), values.end(), generator);
        EXPECT_EQ(sum(), first);
    }
}

}  // namespace
}  // namespace engram::test

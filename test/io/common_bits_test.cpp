// SPDX-License-Identifier: Apache-2.0
#include "io/common_bits.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/collective.hpp"

namespace engram::test {
namespace {

template <class T>
CommonBits of(const std::vector<T>& values) {
    return CommonBits(std::span<const T>(values));
}

TEST(CommonBits, AreThoseOfAllValues) {
    EXPECT_EQ(of<double>({2.5, 2.5, 2.5}).value<double>(), 2.5);
    EXPECT_EQ(of<std::uint8_t>({255}).value<std::uint8_t>(), 255);
    EXPECT_EQ(of<double>({}).value<double>(), std::nullopt);
    for (std::size_t i = 0; i < 5; ++i) {
        std::vector<double> values(5, 1.0);
        values[i] = 1.0 + std::numeric_limits<double>::epsilon();
        EXPECT_EQ(of(values).value<double>(), std::nullopt) << i;
        EXPECT_TRUE(of(values).has_different());
    }
}

TEST(CommonBits, ZerosOfBothSignsDiffer) {
    EXPECT_EQ(of<double>({0.0, -0.0}).value<double>(), std::nullopt);
    const auto negative = of<double>({-0.0, -0.0}).value<double>();
    ASSERT_TRUE(negative);
    EXPECT_TRUE(std::signbit(*negative));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(of<double>({nan, nan}).value<double>());
}

TEST(CommonBits, OfOneValueAfterTheOther) {
    CommonBits bits;
    bits.add(3.0);
    bits.add(3.0);
    EXPECT_FALSE(bits.has_different());
    EXPECT_EQ(bits.value<double>(), 3.0);
    const std::vector<double> more = {3.0, 3.0};
    bits.add(std::span<const double>(more));
    bits.add(std::span<const double>());
    EXPECT_EQ(bits.value<double>(), 3.0);
    bits.add(4.0);
    EXPECT_TRUE(bits.has_different());
    EXPECT_EQ(bits.value<double>(), std::nullopt);
}

TEST(CommonBits, OfOneProcessAloneStayTheSame) {
    std::vector<CommonBits> all{of<double>({1.0}), of<double>({}), of<double>({1.0, 2.0})};
    join_over_ranks(alone, all);
    EXPECT_EQ(all[0].value<double>(), 1.0);
    EXPECT_EQ(all[1].value<double>(), std::nullopt);
    EXPECT_EQ(all[2].value<double>(), std::nullopt);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "model/elementary.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace engram::test {
namespace {

// Distance of a result from the exact value, in units of its last place.
double ulps(double result, long double exact) {
    const double nearest = static_cast<double>(exact);
    const double spacing = std::nextafter(std::fabs(nearest), INFINITY) - std::fabs(nearest);
    return static_cast<double>(std::fabs(static_cast<long double>(result) - exact) / spacing);
}

double ulps(float result, double exact) {
    const float nearest = static_cast<float>(exact);
    const float spacing = std::nextafter(std::fabs(nearest), INFINITY) - std::fabs(nearest);
    return std::fabs(static_cast<double>(result) - exact) / static_cast<double>(spacing);
}

// Irrational strides reach all mantissas.
constexpr int n_points = 400000;

TEST(ExpExact, OneUlpOverTheWholeRange) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const double x = -708.0 + 1416.0 * std::fmod(i * 0.6180339887498949, 1.0);
        worst = std::max(worst, ulps(model::exp_exact(x), std::exp(static_cast<long double>(x))));
    }
    EXPECT_LT(worst, 1.0);
}

TEST(SinOfTurns, AsCloseAsRoundingLets) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const double turns = -3.0 + 6.0 * std::fmod(i * 0.6180339887498949, 1.0);
        const long double angle = 2.0L * 3.14159265358979323846264338327950288L *
                                  (static_cast<long double>(turns) - std::floor(turns));
        worst = std::max(
            worst, std::fabs(static_cast<double>(model::sin_of_turns(turns) - std::sin(angle))));
    }
    EXPECT_LT(worst, 2.5e-16);
    EXPECT_EQ(model::sin_of_turns(0.0), 0.0);
    EXPECT_EQ(model::sin_of_turns(0.25), 1.0);
    EXPECT_EQ(model::sin_of_turns(-7.5), 0.0);
    EXPECT_EQ(model::sin_of_turns(0.75), -1.0);
}

// Decay factors of a step lie just below 1.
TEST(ExpExact, OneUlpNearZero) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const double x = -std::pow(10.0, -18.0 * std::fmod(i * 0.6180339887498949, 1.0));
        for (const double y : {x, -x})
            worst =
                std::max(worst, ulps(model::exp_exact(y), std::exp(static_cast<long double>(y))));
    }
    EXPECT_LT(worst, 1.0);
}

TEST(ExpExact, EdgeValues) {
    EXPECT_EQ(model::exp_exact(0.0), 1.0);
    EXPECT_EQ(model::exp_exact(-0.0), 1.0);
    EXPECT_EQ(model::exp_exact(-1e-300), 1.0);
    EXPECT_EQ(model::exp_exact(-709.0), 0.0);
    EXPECT_EQ(model::exp_exact(-std::numeric_limits<double>::infinity()), 0.0);
    EXPECT_GT(model::exp_exact(-708.0), 0.0);
    EXPECT_TRUE(std::isfinite(model::exp_exact(708.0)));
    EXPECT_EQ(model::exp_exact(1e300), model::exp_exact(708.0));
}

TEST(ExpExact, NeverRises) {
    double previous = model::exp_exact(-1.0);
    for (int i = 1; i < n_points; ++i) {
        const double value = model::exp_exact(-1.0 - i * 1e-5);
        ASSERT_LE(value, previous);
        previous = value;
    }
}

TEST(LogExact, TwoUlpsOverTheWholeRange) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const double x = std::exp2(-1022.0 + 2045.0 * std::fmod(i * 0.6180339887498949, 1.0));
        if (x == 1.0) continue;
        worst = std::max(worst, ulps(model::log_exact(x), std::log(static_cast<long double>(x))));
    }
    EXPECT_LT(worst, 2.0);
}

// Where log x is small and a lost digit would show.
TEST(LogExact, TwoUlpsNearOne) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const double d = std::pow(10.0, -15.0 * std::fmod(i * 0.6180339887498949, 1.0));
        for (const double x : {1.0 + d, 1.0 - 0.75 * d})
            if (x != 1.0)
                worst = std::max(worst,
                                 ulps(model::log_exact(x), std::log(static_cast<long double>(x))));
    }
    EXPECT_LT(worst, 2.0);
}

TEST(LogExact, EdgeValues) {
    EXPECT_EQ(model::log_exact(1.0), 0.0);
    EXPECT_NEAR(model::log_exact(std::numeric_limits<double>::min()), -708.3964185322641, 1e-12);
    EXPECT_NEAR(model::log_exact(std::numeric_limits<double>::max()), 709.782712893384, 1e-12);
}

TEST(LogExact, InvertsExp) {
    for (double x = -700.0; x < 700.0; x += 0.37)
        EXPECT_NEAR(model::log_exact(model::exp_exact(x)), x, 3e-16 * std::max(1.0, std::fabs(x)));
}

TEST(LogSingle, TwoUlps) {
    double worst = 0;
    for (int i = 0; i < n_points; ++i) {
        const auto x =
            static_cast<float>(std::exp2(-33.0 + 33.0 * std::fmod(i * 0.6180339887498949, 1.0)));
        if (x == 1.0f) continue;
        worst = std::max(worst, ulps(model::log_single(x), std::log(static_cast<double>(x))));
    }
    EXPECT_LT(worst, 2.0);
    EXPECT_EQ(model::log_single(1.0f), 0.0f);
}

}  // namespace
}  // namespace engram::test

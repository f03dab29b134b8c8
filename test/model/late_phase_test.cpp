// SPDX-License-Identifier: Apache-2.0
#include "model/late_phase.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace engram::test {
namespace {

using model::LatePhase;
using model::LazyLatePhase;
using model::Tag;

double runge_kutta(double y, double from, double to, int n,
                   const std::function<double(double t, double y)>& slope) {
    const double step = (to - from) / n;
    for (int i = 0; i < n; ++i) {
        const double t = from + i * step;
        const double k1 = slope(t, y);
        const double k2 = slope(t + step / 2, y + step / 2 * k1);
        const double k3 = slope(t + step / 2, y + step / 2 * k2);
        const double k4 = slope(t + step, y + step * k3);
        y += step / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return y;
}

TEST(LatePhase, ProteinAndItsIntegralAgreeWithRungeKutta) {
    const SynapseParameters s;
    const LatePhase late(s);
    for (const bool synthesis : {false, true})
        for (const double p0 : {0.0, 2.0, 10.0})
            for (const double time : {1.0, 3600.0, 28800.0}) {
                const double target = synthesis ? s.p_max_umol_per_l : 0.0;
                const auto slope = [&](double, double p) { return (target - p) / s.tau_p_s; };
                const double p = runge_kutta(p0, 0, time, 4000, slope);
                const auto protein = [&](double t) {
                    return target + (p0 - target) * std::exp(-t / s.tau_p_s);
                };
                const double integral =
                    runge_kutta(0, 0, time, 4000, [&](double t, double) { return protein(t); });
                const auto result = late.protein(p0, synthesis, time);
                EXPECT_NEAR(result.amount, p, 1e-9);
                EXPECT_NEAR(result.integral, integral, 1e-9 * (1 + integral));
            }
}

TEST(LatePhase, ProteinStaysBetweenZeroAndItsMaximum) {
    const LatePhase late{SynapseParameters{}};
    double p = 0;
    for (int i = 0; i < 10000; ++i) {
        p = late.protein(p, i / 1000 % 2 == 0, 60.0).amount;
        ASSERT_GE(p, 0.0);
        ASSERT_LE(p, 10.0);
    }
}

// z with p changing under way: only the integral of p counts.
TEST(LatePhase, WeightAgreesWithRungeKutta) {
    const SynapseParameters s;
    const LatePhase late(s);
    const auto protein = [&](double t) { return 10.0 * -std::expm1(-t / s.tau_p_s); };
    const double rate = s.f_int_l_per_umol / s.tau_z_s;
    for (const double z0 : {0.0, 0.7, -0.3})
        for (const double time : {60.0, 3600.0, 28800.0}) {
            const double factor = late.shrinkage(late.protein(0.0, true, time).integral);
            const double up = runge_kutta(
                z0, 0, time, 4000, [&](double t, double z) { return rate * protein(t) * (1 - z); });
            const double down = runge_kutta(z0, 0, time, 4000, [&](double t, double z) {
                return -rate * protein(t) * (z + 0.5);
            });
            EXPECT_NEAR(late.advance(z0, Tag::potentiation, factor), up, 1e-9);
            EXPECT_NEAR(late.advance(z0, Tag::depression, factor), down, 1e-9);
            EXPECT_EQ(late.advance(z0, Tag::none, factor), z0);
        }
}

TEST(LatePhase, WeightTendsToItsBounds) {
    const LatePhase late{SynapseParameters{}};
    const double factor = late.shrinkage(10.0 * 3600.0 * 1000.0);
    EXPECT_EQ(late.advance(0.0, Tag::potentiation, factor), 1.0);
    EXPECT_EQ(late.advance(0.0, Tag::depression, factor), -0.5);
}

TEST(LatePhase, WeightStaysZeroWithoutProtein) {
    const LatePhase late{SynapseParameters{}};
    const auto protein = late.protein(0.0, false, 1e6);
    EXPECT_EQ(protein.amount, 0.0);
    EXPECT_EQ(protein.integral, 0.0);
    EXPECT_EQ(late.shrinkage(protein.integral), 1.0);
    for (const Tag tag : {Tag::none, Tag::potentiation, Tag::depression})
        EXPECT_EQ(late.advance(0.0, tag, 1.0), 0.0);
}

TEST(LatePhase, TagsIncludeTheirThreshold) {
    const LatePhase late{SynapseParameters{}};
    const double theta = late.theta_tag_mV;
    EXPECT_EQ(late.tag(theta), Tag::potentiation);
    EXPECT_EQ(late.tag(std::nextafter(theta, 0.0)), Tag::none);
    EXPECT_EQ(late.tag(0.0), Tag::none);
    EXPECT_EQ(late.tag(-std::nextafter(theta, 0.0)), Tag::none);
    EXPECT_EQ(late.tag(-theta), Tag::depression);
}

TEST(LazyLatePhase, RoundTrip) {
    for (const Tag tag : {Tag::none, Tag::potentiation, Tag::depression})
        for (const double x : {1.0, 0.37, 1e-3, 1e-9})
            for (const double z : {0.0, 0.25, -0.25, 0.99, -0.49})
                EXPECT_NEAR(LazyLatePhase::load(LazyLatePhase::store(z, tag, x), tag, x), z, 1e-15);
}

TEST(LazyLatePhase, EndsAtTheBoundWithoutUnderflow) {
    EXPECT_EQ(LazyLatePhase::shrunk(0.8, 0.5), 0.4);
    for (const Tag tag : {Tag::potentiation, Tag::depression}) {
        const double stored = LazyLatePhase::store(0.2, tag, 1.0);
        double x = 1.0;
        for (int i = 0; i < 3; ++i) x = LazyLatePhase::shrunk(x, 0.0);
        EXPECT_GT(x, 0.0);
        const double z = LazyLatePhase::load(stored, tag, x);
        EXPECT_EQ(z, tag == Tag::potentiation ? 1.0 : -0.5);
        EXPECT_EQ(LazyLatePhase::load(LazyLatePhase::store(z, tag, x), tag, x), z);
    }
}

// What is stored while the tag lasts is constant: loading it later is the whole integration.
TEST(LazyLatePhase, LoadingLaterEqualsAdvancing) {
    const LatePhase late{SynapseParameters{}};
    for (const Tag tag : {Tag::none, Tag::potentiation, Tag::depression}) {
        const double stored = LazyLatePhase::store(0.2, tag, 0.8);
        const double factor = late.shrinkage(7000.0);
        EXPECT_NEAR(LazyLatePhase::load(stored, tag, 0.8 * factor), late.advance(0.2, tag, factor),
                    1e-15);
    }
}

}  // namespace
}  // namespace engram::test

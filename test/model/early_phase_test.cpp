// SPDX-License-Identifier: Apache-2.0
#include "model/early_phase.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "model/statistics.hpp"

namespace engram::test {
namespace {

using model::EarlyPhase;
using model::Zone;

constexpr double dt = 0.2;
constexpr Zone zones[] = {Zone::passive, Zone::depression, Zone::potentiation};

// Rate [1/s] of the published equation, written out again.
double rate_of(Zone zone, const SynapseParameters& s) {
    double rate = 0.1;
    if (zone != Zone::passive) rate += s.gamma_d;
    if (zone == Zone::potentiation) rate += s.gamma_p;
    return rate / s.tau_h_s;
}
double target_of(Zone zone, const SynapseParameters& s) {
    const double pull = 0.1 * s.h_0_mV + (zone == Zone::potentiation ? 10.0 * s.gamma_p : 0.0);
    return pull / s.tau_h_s / rate_of(zone, s);
}
double amplitude_of(Zone zone, const SynapseParameters& s) {  // of dW, mV / sqrt(s)
    return std::sqrt(static_cast<double>(zone) / s.tau_h_s) * s.sigma_pl_mV;
}

TEST(EarlyPhase, ZonesIncludeTheirThresholds) {
    const EarlyPhase early(SynapseParameters{}, dt);
    EXPECT_EQ(early.zone(0.0), Zone::passive);
    EXPECT_EQ(early.zone(std::nextafter(1.2, 0.0)), Zone::passive);
    EXPECT_EQ(early.zone(1.2), Zone::depression);
    EXPECT_EQ(early.zone(std::nextafter(3.0, 0.0)), Zone::depression);
    EXPECT_EQ(early.zone(3.0), Zone::potentiation);
    EXPECT_EQ(early.zone(100.0), Zone::potentiation);
}

TEST(EarlyPhase, MeanRelaxesExponentially) {
    const SynapseParameters s;
    const EarlyPhase early(s, dt);
    for (const Zone zone : zones)
        for (int n = 0; n <= model::max_block_steps; ++n) {
            const double target = target_of(zone, s);
            const double exact =
                target + (6.0 - target) * std::exp(-rate_of(zone, s) * n * dt / 1000);
            EXPECT_NEAR(early.advance(6.0, zone, n, 0.0), exact, 1e-13);
        }
    EXPECT_NEAR(target_of(Zone::potentiation, s), 8.401, 0.001) << "published stationary h";
}

TEST(EarlyPhase, DeviationIsThatOfTheStochasticIntegral) {
    const SynapseParameters s;
    const EarlyPhase early(s, dt);
    for (const Zone zone : zones)
        for (int n = 0; n <= model::max_block_steps; ++n) {
            const double rate = rate_of(zone, s);
            const double b = amplitude_of(zone, s);
            const double variance = b * b / (2 * rate) * -std::expm1(-2 * rate * n * dt / 1000);
            EXPECT_NEAR(early.advance(6.0, zone, n, 1.0) - early.advance(6.0, zone, n, 0.0),
                        std::sqrt(variance), 1e-12);
        }
}

TEST(EarlyPhase, NoNoiseWhilePassiveOrDeterministic) {
    SynapseParameters s;
    const EarlyPhase noisy(s, dt);
    EXPECT_EQ(noisy.advance(6.0, Zone::passive, 15, 3.0),
              noisy.advance(6.0, Zone::passive, 15, 0.0));
    s.sigma_pl_mV = 0.0;
    const EarlyPhase quiet(s, dt);
    for (const Zone zone : zones) {
        EXPECT_EQ(quiet.advance(6.0, zone, 15, 3.0), quiet.advance(6.0, zone, 15, 0.0));
        EXPECT_EQ(quiet.between(6.0, 3, 6.1, 4, zone, 3.0), quiet.advance(6.0, zone, 3, 0.0));
    }
}

// n steps and m steps are n + m steps: exactly in the mean, and in the variance.
TEST(EarlyPhase, StepsCompose) {
    const EarlyPhase early(SynapseParameters{}, dt);
    for (const Zone zone : zones) {
        const int k = static_cast<int>(zone);
        const auto& z = early.zones;
        for (int n = 0; n <= model::max_block_steps; ++n)
            for (int m = 0; n + m <= model::max_block_steps; ++m) {
                const double mean = early.advance(early.advance(5.0, zone, n, 0.0), zone, m, 0.0);
                EXPECT_NEAR(mean, early.advance(5.0, zone, n + m, 0.0), 1e-14 * 10);
                const double variance = std::pow(z.deviation_mV[k][n] * z.decay[k][m], 2) +
                                        std::pow(z.deviation_mV[k][m], 2);
                EXPECT_NEAR(variance, std::pow(z.deviation_mV[k][n + m], 2), 1e-14);
            }
    }
}

// Euler-Maruyama with 50 substeps per step over 15 steps; 20000 paths: the standard error is
// sd/141 of the mean and 1 % of the variance; bounds of 4 sigmas cover the discretisation too
// (relative rate * substep = 1e-5).
TEST(EarlyPhase, AgreesWithEulerMaruyama) {
    const SynapseParameters s;
    const EarlyPhase early(s, dt);
    constexpr int n_paths = 20000;
    constexpr int n_steps = 15;
    constexpr int substeps = 50;
    std::mt19937_64 generator(11);
    std::normal_distribution<double> normal;
    for (const Zone zone : {Zone::depression, Zone::potentiation}) {
        std::vector<double> ends(n_paths);
        const double h_step = dt / 1000 / substeps;
        const double b = amplitude_of(zone, s) * std::sqrt(h_step);
        for (double& h : ends) {
            h = 5.0;
            for (int i = 0; i < n_steps * substeps; ++i)
                h += (target_of(zone, s) - h) * rate_of(zone, s) * h_step + b * normal(generator);
        }
        const Moments m = moments_of(ends);
        const double sd = early.zones.deviation_mV[static_cast<int>(zone)][n_steps];
        EXPECT_NEAR(m.mean, early.advance(5.0, zone, n_steps, 0.0), 4 * sd / std::sqrt(n_paths));
        EXPECT_NEAR(m.variance / (sd * sd), 1.0, 4 * std::sqrt(2.0 / n_paths));
    }
}

// Gaussian conditioning: mean = m1 + c (h2 - m2) / v2, variance = v1 - c^2 / v2, c = decay * v1.
TEST(EarlyPhase, BridgeHasTheConditionalDistribution) {
    const EarlyPhase early(SynapseParameters{}, dt);
    for (const Zone zone : {Zone::depression, Zone::potentiation})
        for (int n = 1; n < 15; ++n) {
            const int m = 15 - n;
            const int k = static_cast<int>(zone);
            const double v1 = std::pow(early.zones.deviation_mV[k][n], 2);
            const double v2 = std::pow(early.zones.deviation_mV[k][15], 2);
            const double c = v1 * early.zones.decay[k][m];
            const double m1 = early.advance(5.0, zone, n, 0.0);
            const double m2 = early.advance(5.0, zone, 15, 0.0);
            const double mean = m1 + c * (5.2 - m2) / v2;
            EXPECT_NEAR(early.between(5.0, n, 5.2, m, zone, 0.0), mean, 1e-12);
            EXPECT_NEAR(early.between(5.0, n, 5.2, m, zone, 1.0) - mean, std::sqrt(v1 - c * c / v2),
                        1e-12);
        }
}

// Ends drawn first and the middle bridged must have the covariance of a path drawn in order.
TEST(EarlyPhase, BridgedPathHasTheCovarianceOfAPath) {
    const EarlyPhase early(SynapseParameters{}, dt);
    constexpr int n = 40000;
    std::mt19937_64 generator(12);
    std::normal_distribution<double> normal;
    std::vector<double> middle(n);
    std::vector<double> end(n);
    for (int i = 0; i < n; ++i) {
        end[i] = early.advance(5.0, Zone::potentiation, 12, normal(generator));
        middle[i] = early.between(5.0, 5, end[i], 7, Zone::potentiation, normal(generator));
    }
    const auto& z = early.zones;
    const double s5 = z.deviation_mV[2][5];
    const double s12 = z.deviation_mV[2][12];
    // Correlation of the two: decay over 7 steps * s5 / s12. Standard errors: 1/sqrt(n).
    EXPECT_NEAR(correlation_of(middle, end), z.decay[2][7] * s5 / s12, 4 / std::sqrt(n));
    EXPECT_NEAR(moments_of(middle).mean, early.advance(5.0, Zone::potentiation, 5, 0.0),
                4 * s5 / std::sqrt(n));
    EXPECT_NEAR(moments_of(middle).variance / (s5 * s5), 1.0, 4 * std::sqrt(2.0 / n));
}

TEST(EarlyPhase, DriftKeepsWeightsBetweenTheirBounds) {
    const EarlyPhase early(SynapseParameters{}, dt);
    double h = 4.2;
    for (int i = 0; i < 100000; ++i) {
        h = early.advance(h, zones[i / 3000 % 3], 15, 0.0);
        ASSERT_GE(h, 0.0);
        ASSERT_LE(h, 10.0);
    }
}

}  // namespace
}  // namespace engram::test

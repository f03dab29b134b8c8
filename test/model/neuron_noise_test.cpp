// SPDX-License-Identifier: Apache-2.0
// The background current and the membrane potential under it, as stochastic processes.
#include <gtest/gtest.h>

#include <vector>

#include "model/neuron.hpp"
#include "model/random.hpp"

namespace engram::test {
namespace {

using model::make_neuron_propagator;
using model::NeuronPropagator;
using model::NeuronState;
using model::StepNeuron;

constexpr double tau_m = 10.0;
constexpr double tau_s = 5.0;
const double sigma = model::background_sigma_nA(0.05, tau_s);
// Small enough that no neuron fires: V stays an unbounded Gaussian process.
constexpr double quiet = 0.1;

struct Sums {
    double n = 0, i = 0, ii = 0, ii_next = 0, v = 0, vv = 0, vi = 0;
};

// Stationary statistics of many independent neurons.
Sums simulate(double dt, int n_neurons, int n_steps) {
    const StepNeuron step{make_neuron_propagator(NeuronParameters{}, tau_s, dt), 0.15,
                          quiet * sigma};
    const model::RandomStreams streams{2024};
    const int warm_up = static_cast<int>(100.0 / dt);
    Sums sums;
    for (int id = 0; id < n_neurons; ++id) {
        NeuronState s{-63.5, 0, 0, 0};
        for (int n = 0; n < warm_up + n_steps; ++n) {
            const double before = s.i_bg_nA;
            step(s, 0,
                 normal_at_step(streams, model::Purpose::background, static_cast<std::uint32_t>(id),
                                0, n),
                 0);
            if (n < warm_up) continue;
            const double i = s.i_bg_nA / (quiet * sigma);
            const double v = (s.v_mV + 63.5) / (quiet * sigma * 10.0);
            sums.n += 1;
            sums.i += before / (quiet * sigma);
            sums.ii += i * i;
            sums.ii_next += i * before / (quiet * sigma);
            sums.v += v;
            sums.vv += v * v;
            sums.vi += v * i;
        }
    }
    return sums;
}

TEST(Background, SigmaOfPublishedNoise) {
    EXPECT_NEAR(sigma, 0.5, 1e-15);
    EXPECT_NEAR(model::background_sigma_nA(0.05, 20.0), 0.25, 1e-15);
}

// 1000 neurons x 500 ms = T. The mean of a process with autocorrelation rho has the variance
// (2 / T) * integral of rho; that of its square, relative, (4 / T) * integral of rho^2. For I these
// integrals are 5 and 2.5 ms, for V (rho = 2 exp(-t/10) - exp(-t/5)) 15 and 9.2 ms. Bounds: 4
// sigmas.
TEST(Background, StationaryMomentsOfCurrentAndPotential) {
    const double dt = 0.2;
    constexpr double total_ms = 500e3;
    const Sums s = simulate(dt, 1000, 2500);
    EXPECT_NEAR(s.i / s.n, 0.0, 4 * std::sqrt(2 * tau_s / total_ms));
    EXPECT_NEAR(s.ii / s.n, 1.0, 4 * std::sqrt(4 * 2.5 / total_ms));
    EXPECT_NEAR(s.ii_next / s.ii, std::exp(-dt / tau_s), 4 * std::sqrt(2 * dt / tau_s / s.n));
    EXPECT_NEAR(s.v / s.n, 0.0, 4 * std::sqrt(0.333 * 2 * (tau_s + tau_m) / total_ms));
    EXPECT_NEAR(s.vv / s.n / (tau_s / (tau_s + tau_m)), 1.0, 4 * std::sqrt(4 * 9.2 / total_ms));
    // Covariance of V and I: R sigma^2 tau_s / (tau_s + tau_m) too.
    EXPECT_NEAR(s.vi / s.n / (tau_s / (tau_s + tau_m)), 1.0, 4 * std::sqrt(4 * 9.2 / total_ms));
}

// Exact recursion of the second moments for independent unit noise: what the numbers above tend to.
struct StationaryMoments {
    double i_2 = 0, v_2 = 0, v_i = 0;
};
StationaryMoments stationary(double dt) {
    const NeuronPropagator p = make_neuron_propagator(NeuronParameters{}, tau_s, dt);
    StationaryMoments m;
    for (int n = 0; n < static_cast<int>(400 / dt); ++n) {
        const double a = p.membrane_decay;
        const double c = p.drive_per_nA;
        const double s = p.current_decay;
        const StationaryMoments old = m;
        m.v_2 = a * a * old.v_2 + 2 * a * c * old.v_i + c * c * old.i_2 +
                p.drive_noise_per_sigma * p.drive_noise_per_sigma;
        m.v_i = s * (a * old.v_i + c * old.i_2) + p.drive_noise_per_sigma * p.noise_per_sigma;
        m.i_2 = s * s * old.i_2 + p.noise_per_sigma * p.noise_per_sigma;
    }
    return m;
}

// Var V = sigma^2 R^2 tau_s / (tau_s + tau_m); what is left out, the noise in V that is independent
// of the noise in I, has a variance of O(dt^3) per step, so of O(dt^2) in all.
TEST(Background, VarianceOfPotentialConvergesInSecondOrder) {
    const double exact = 100.0 * tau_s / (tau_s + tau_m);
    std::vector<double> errors;
    for (const double dt : {1.0, 0.5, 0.25, 0.125}) {
        const StationaryMoments m = stationary(dt);
        EXPECT_NEAR(m.i_2, 1.0, 1e-12);
        EXPECT_NEAR(m.v_i, 10.0 * tau_s / (tau_s + tau_m), 1e-10) << dt;
        errors.push_back(std::fabs(m.v_2 - exact) / exact);
    }
    for (std::size_t k = 1; k < errors.size(); ++k)
        EXPECT_NEAR(errors[k - 1] / errors[k], 4.0, 0.4);
    EXPECT_LT(std::fabs(stationary(0.2).v_2 - exact) / exact, 2e-4);
}

// (2/tau_s) * integral over the age u of the noise of exp(-u/tau_s) k(u), by Simpson's rule.
TEST(Background, CovarianceWithinAStep) {
    struct Case {
        double tau_syn, dt;
    };
    for (const Case c : {Case{5, 0.2}, Case{5, 0.002}, Case{5, 2}, Case{10, 0.2}, Case{20, 1}}) {
        const auto kernel = [&](double u) {
            if (c.tau_syn == tau_m) return 10.0 * u / tau_m * std::exp(-u / tau_m);
            return 10.0 * c.tau_syn / (c.tau_syn - tau_m) *
                   (std::exp(-u / c.tau_syn) - std::exp(-u / tau_m));
        };
        constexpr int n = 2000;
        double integral = 0;
        for (int k = 0; k <= n; ++k) {
            const double u = c.dt * k / n;
            const double weight = k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2;
            integral += weight * std::exp(-u / c.tau_syn) * kernel(u) * c.dt / n / 3;
        }
        const NeuronPropagator p = make_neuron_propagator(NeuronParameters{}, c.tau_syn, c.dt);
        const double covariance = p.drive_noise_per_sigma * p.noise_per_sigma;
        // Differences of nearly equal exponentials lose digits as dt^2.
        EXPECT_NEAR(covariance, 2 / c.tau_syn * integral, 1e-13 + 1e-8 * covariance)
            << c.tau_syn << ' ' << c.dt;
        EXPECT_NEAR(p.noise_per_sigma, std::sqrt(-std::expm1(-2 * c.dt / c.tau_syn)), 1e-12);
    }
}

}  // namespace
}  // namespace engram::test

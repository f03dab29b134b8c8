// SPDX-License-Identifier: Apache-2.0
#include "model/neuron.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace engram::test {
namespace {

using model::make_neuron_propagator;
using model::NeuronPropagator;
using model::NeuronState;
using model::StepNeuron;

constexpr double tau_m = 10.0;
constexpr double tau_s = 5.0;
constexpr double dt = 0.2;

StepNeuron quiet_neuron(double dt_ms = dt, double tau_syn_ms = tau_s) {
    return {make_neuron_propagator(NeuronParameters{}, tau_syn_ms, dt_ms), 0.0, 0.0};
}

TEST(Neuron, FreeDecay) {
    const StepNeuron step = quiet_neuron();
    NeuronState s{-58.0, 0, 0, 0};
    for (int n = 1; n <= 500; ++n) {
        step(s, 0, 0, 0);
        ASSERT_NEAR(s.v_mV, -65.0 + 7.0 * std::exp(-n * dt / tau_m), 1e-12) << n;
    }
}

TEST(Neuron, ConstantBackgroundCurrent) {
    StepNeuron step = quiet_neuron();
    step.bg_mean_nA = 0.15;
    NeuronState s{-65.0, 0, 0, 0};
    for (int n = 1; n <= 1000; ++n) {
        step(s, 0, 0, 0);
        ASSERT_NEAR(s.v_mV, -65.0 + 1.5 * (1.0 - std::exp(-n * dt / tau_m)), 1e-12) << n;
    }
}

TEST(Neuron, StimulusActsAsAConstantCurrent) {
    const StepNeuron step = quiet_neuron();
    NeuronState s{-65.0, 0, 0, 0};
    for (int n = 1; n <= 100; ++n) {
        step(s, 0, 0, step.propagator.constant_per_nA * 0.3);
        ASSERT_NEAR(s.v_mV, -65.0 + 3.0 * (1.0 - std::exp(-n * dt / tau_m)), 1e-12) << n;
    }
}

// V after an input of 1 nA: R tau_s / (tau_s - tau_m) (exp(-t/tau_s) - exp(-t/tau_m)).
TEST(Neuron, PostsynapticPotentialIsADifferenceOfExponentials) {
    for (const double step_ms : {0.002, 0.2, 1.0}) {
        const StepNeuron step = quiet_neuron(step_ms);
        NeuronState s{-65.0, 0, 0, 0};
        for (int n = 1; n <= 300; ++n) {
            step(s, n == 1 ? 0.42 : 0.0, 0, 0);
            const double t = n * step_ms;
            const double psp = 0.42 * 10.0 * tau_s / (tau_s - tau_m) *
                               (std::exp(-t / tau_s) - std::exp(-t / tau_m));
            ASSERT_NEAR(s.v_mV, -65.0 + psp, 1e-12) << n;
            ASSERT_NEAR(s.i_syn_nA, 0.42 * std::exp(-t / tau_s), 1e-14) << n;
        }
    }
}

TEST(Neuron, EqualTimeConstants) {
    const StepNeuron step = quiet_neuron(dt, tau_m);
    NeuronState s{-65.0, 0, 0, 0};
    for (int n = 1; n <= 300; ++n) {
        step(s, n == 1 ? 0.42 : 0.0, 0, 0);
        const double t = n * dt;
        ASSERT_NEAR(s.v_mV, -65.0 + 4.2 * t / tau_m * std::exp(-t / tau_m), 1e-12) << n;
    }
}

// The general formula must run into the special one.
TEST(Neuron, NearlyEqualTimeConstants) {
    const NeuronPropagator equal = make_neuron_propagator({}, tau_m, dt);
    const NeuronPropagator near = make_neuron_propagator({}, tau_m * (1 + 1e-6), dt);
    EXPECT_NEAR(near.drive_per_nA, equal.drive_per_nA, 1e-6 * equal.drive_per_nA);
    EXPECT_NEAR(near.drive_noise_per_sigma, equal.drive_noise_per_sigma,
                1e-4 * equal.drive_noise_per_sigma);
}

// Steps at which a neuron fires when driven by a constant current.
std::vector<int> driven_spikes(double current_nA, int steps, double dt_ms = dt) {
    const StepNeuron step = quiet_neuron(dt_ms);
    NeuronState s{-65.0, 0, 0, 0};
    std::vector<int> spikes;
    for (int n = 0; n < steps; ++n) {
        if (s.v_mV >= -55.0) spikes.push_back(n);
        step(s, 0, 0, step.propagator.constant_per_nA * current_nA);
    }
    return spikes;
}

TEST(Neuron, ShortestIntervalIsRefractoryPeriodAndAStep) {
    const std::vector<int> spikes = driven_spikes(1050.0, 2000);
    ASSERT_GT(spikes.size(), 100u);
    EXPECT_EQ(spikes.front(), 1);
    for (std::size_t i = 1; i < spikes.size(); ++i)
        EXPECT_EQ(spikes[i] - spikes[i - 1], 11) << "2.2 ms";
}

// Published: 46 spikes in each learning pulse of 0.1 s.
TEST(Neuron, FiresFortySixTimesInALearningPulse) {
    EXPECT_EQ(driven_spikes(1050.0, 500).size(), 46u);
}

TEST(Neuron, HeldAtResetForTheRefractoryPeriod) {
    const StepNeuron step = quiet_neuron();
    NeuronState s{-50.0, 0, 0, 0};
    for (int n = 0; n < 10; ++n) {
        EXPECT_EQ(StepNeuron::can_fire(s.refractory), n == 0) << n;
        step(s, 0, 0, 1000.0);
        EXPECT_EQ(s.v_mV, -70.0) << n;
    }
    // At the end of the tenth step the neuron is free: it integrates in the eleventh.
    EXPECT_TRUE(StepNeuron::can_fire(s.refractory));
    step(s, 0, 0, 1000.0);
    EXPECT_GT(s.v_mV, -55.0);
}

// The input of a refractory neuron is not lost: its synaptic current decays as ever.
TEST(Neuron, CurrentsGoOnDuringTheRefractoryPeriod) {
    const StepNeuron step = quiet_neuron();
    NeuronState s{-50.0, 0, 0, 0};
    for (int n = 0; n < 10; ++n) step(s, n == 0 ? 1.0 : 0.0, 0, 0);
    EXPECT_NEAR(s.i_syn_nA, std::exp(-10 * dt / tau_s), 1e-14);
}

TEST(Neuron, FiresAtThresholdExactly) {
    const StepNeuron step = quiet_neuron();
    NeuronState at{-55.0, 0, 0, 0};
    step(at, 0, 0, 0);
    EXPECT_EQ(at.refractory, 10.0);
    NeuronState below{std::nextafter(-55.0, -56.0), 0, 0, 0};
    step(below, 0, 0, 0);
    EXPECT_EQ(below.refractory, 0.0);
}

// T = t_ref + tau_m ln((V_inf - V_reset) / (V_inf - V_th)), up to the grid of steps.
TEST(Neuron, FiringRateUnderConstantCurrentConverges) {
    const double exact_ms = 2.0 + tau_m * std::log((15.0 + 5.0) / (15.0 - 10.0));
    for (const double step_ms : {0.2, 0.02, 0.002}) {
        const std::vector<int> spikes =
            driven_spikes(1.5, static_cast<int>(100 / step_ms), step_ms);
        ASSERT_GT(spikes.size(), 3u);
        const double interval = (spikes[2] - spikes[1]) * step_ms;
        EXPECT_GE(interval, exact_ms - 1e-9);
        EXPECT_LE(interval, exact_ms + step_ms + 1e-9);
    }
}

}  // namespace
}  // namespace engram::test

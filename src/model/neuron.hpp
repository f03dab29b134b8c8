// SPDX-License-Identifier: Apache-2.0
// Leaky integrate-and-fire neuron driven by currents that share one time constant.
//
// With D = I_syn + (I_bg - mean) + (I_stim - mean), all of which decay with tau_syn, the membrane
// potential has the exact solution (Rotter & Diesmann, Biol. Cybern. 81:381, 1999)
//     V(t+dt) = V_inf + (V(t) - V_inf) e_m + R D(t) (e_s - e_m) tau_s / (tau_s - tau_m),
//     V_inf = V_rev + R * mean,  e_m = exp(-dt/tau_m),  e_s = exp(-dt/tau_s).
#pragma once

#include <cmath>

#include "model/elementary.hpp"
#include "model/macros.hpp"
#include "model/parameters.hpp"

namespace engram::model {

// Decay of a current towards its mean and the noise it gathers within one step.
struct NeuronPropagator {
    double v_rev_mV = 0;  //!< leak reversal potential
    double v_reset_mV = 0;
    double v_th_mV = 0;
    double membrane_decay = 0;   //!< exp(-dt/tau_mem)
    double current_decay = 0;    //!< exp(-dt/tau_syn)
    double drive_per_nA = 0;     //!< effect of a decaying current on V within a step [mV/nA]
    double constant_per_nA = 0;  //!< effect of a constant current on V within a step [mV/nA]
    double noise_per_sigma = 0;  //!< one-step noise of a current, per stationary deviation
    //! Effect on V of the noise that arrives within the step, regressed on the current's noise
    //! [mV/nA per stationary deviation]; the part independent of it is O(dt^(5/2)).
    double drive_noise_per_sigma = 0;
    //! A constant current acts at once on the place where it is injected as a decaying one that is
    //! this times as large; of neurons that have places.
    double constant_as_decaying = 1;
    int refractory_steps = 0;
};

//! \param dt_ms time step; t_ref is a multiple of it
inline NeuronPropagator make_neuron_propagator(const NeuronParameters& neuron, double tau_syn_ms,
                                               double dt_ms) {
    const double tau_m = neuron.r_leak_MOhm * neuron.c_mem_nF;
    const double tau_s = tau_syn_ms;
    NeuronPropagator p;
    p.v_rev_mV = neuron.v_rev_mV;
    p.v_reset_mV = neuron.v_reset_mV;
    p.v_th_mV = neuron.v_th_mV;
    p.membrane_decay = exp_exact(-dt_ms / tau_m);
    p.current_decay = exp_exact(-dt_ms / tau_s);
    p.constant_per_nA = neuron.r_leak_MOhm * (1.0 - p.membrane_decay);
    p.noise_per_sigma = std::sqrt(1.0 - p.current_decay * p.current_decay);
    // Covariance of the noise in V and in I over one step, for unit stationary variance:
    // (2/tau_s) * integral over u in [0, dt] of exp(-u/tau_s) * k(u), where k(u) is the effect on V
    // of a unit current u earlier.
    const double both_decay = p.membrane_decay * p.current_decay;
    const double both_tau = tau_s * tau_m / (tau_s + tau_m);
    double covariance = 0;
    if (std::fabs(tau_s - tau_m) < 1e-9 * tau_m) {
        p.drive_per_nA = neuron.r_leak_MOhm * dt_ms / tau_m * p.membrane_decay;
        const double rate = 2.0 / tau_m;
        covariance = neuron.r_leak_MOhm * (2.0 / tau_s) / tau_m *
                     (1.0 - (1.0 + rate * dt_ms) * both_decay) / (rate * rate);
    } else {
        const double factor = neuron.r_leak_MOhm * tau_s / (tau_s - tau_m);
        p.drive_per_nA = factor * (p.current_decay - p.membrane_decay);
        covariance = factor * ((1.0 - p.current_decay * p.current_decay) -
                               (2.0 / tau_s) * both_tau * (1.0 - both_decay));
    }
    p.drive_noise_per_sigma = covariance / p.noise_per_sigma;
    p.refractory_steps = static_cast<int>(std::lround(neuron.t_ref_ms / dt_ms));
    return p;
}

// State of one neuron at the start of a step.
struct NeuronState {
    double v_mV;      //!< membrane potential
    double i_syn_nA;  //!< synaptic current
    double i_bg_nA;   //!< background current minus its mean
    //! Counts down from refractory_steps, which only the step of a spike leaves, to 0; while it is
    //! above 0, V is held at V_reset. Integer-valued.
    double refractory;
};

// One time step: fires if V has reached threshold, then moves the state from t to t + dt.
struct StepNeuron {
    NeuronPropagator propagator;
    double bg_mean_nA = 0;
    double bg_sigma_nA = 0;  //!< stationary standard deviation of the background

    //! \param input_nA   synaptic current that arrives at t
    //! \param noise      standard normal number of the background process
    //! \param stim_mV    effect of the stimulus currents on V within this step
    ENGRAM_HD_INLINE void operator()(NeuronState& s, double input_nA, double noise,
                                     double stim_mV) const {
        (*this)(s, input_nA, noise, stim_mV, propagator.v_th_mV);
    }
    //! \param v_th_mV  threshold; infinite for a neuron that is known not to fire
    ENGRAM_HD_INLINE void operator()(NeuronState& s, double input_nA, double noise, double stim_mV,
                                     double v_th_mV) const {
        const bool fires = s.v_mV >= v_th_mV;
        move(s, input_nA, noise, stim_mV,
             fires ? static_cast<double>(propagator.refractory_steps) : 0.0);
    }
    //! \param begun  steps of a refractory period that begins now; 0: none does
    ENGRAM_HD_INLINE void move(NeuronState& s, double input_nA, double noise, double stim_mV,
                               double begun) const {
        const NeuronPropagator& p = propagator;
        // Who fires is not refractory any more, so the larger one is meant.
        const double left = s.refractory - 1.0;
        const double refractory = left > begun ? left : begun;
        const double i_syn = s.i_syn_nA + input_nA;
        const double v_inf = p.v_rev_mV;
        const double constant = p.constant_per_nA * bg_mean_nA + stim_mV;
        double next = std::fma(s.v_mV - v_inf, p.membrane_decay, v_inf);
        next = std::fma(i_syn + s.i_bg_nA, p.drive_per_nA, next);
        next = std::fma(noise, p.drive_noise_per_sigma * bg_sigma_nA, next) + constant;
        s.v_mV = refractory > 0.0 ? p.v_reset_mV : next;
        s.refractory = refractory;
        s.i_syn_nA = i_syn * p.current_decay;
        s.i_bg_nA = std::fma(noise, p.noise_per_sigma * bg_sigma_nA, s.i_bg_nA * p.current_decay);
    }

    //! Whether V was held at V_reset in the step that led to a state.
    ENGRAM_HD_INLINE static bool was_held(double refractory) { return refractory > 0.0; }
    //! Whether a spike can be forced at the present step.
    ENGRAM_HD_INLINE static bool can_fire(double refractory) { return refractory <= 1.0; }
};

//! Most spikes of one neuron in so many steps: a forced one may come as soon as V is released.
ENGRAM_HD_INLINE int most_spikes(int steps, int refractory_steps) {
    return 1 + (steps - 1) / refractory_steps;
}

// One step of a stimulus current.
struct PulseStep {
    double on_v_mV;       //!< effect on V within the step
    double current_nA;    //!< at the start of the step
    double deviation_nA;  //!< from the mean, at its end
    double end_nA;        //!< at its end, as a decaying current that acts at once alike
};

// What stimulus currents do to a neuron in a step.
struct StimulusEffect {
    double v_mV = 0;    //!< on V within the step
    double end_nA = 0;  //!< see PulseStep
};

// All stimulus currents of a neuron in a step.
struct StimulusSum {
    StimulusEffect effect;
    double current_nA = 0;  //!< at the start of the step

    //! Call in the order of the stimuli.
    ENGRAM_HD_INLINE void add(const PulseStep& pulse) {
        effect.v_mV += pulse.on_v_mV;
        effect.end_nA += pulse.end_nA;
        current_nA += pulse.current_nA;
    }
};

//! \param deviation_nA  from the mean, at the start of the step
//! \param noise         standard normal number
ENGRAM_HD_INLINE PulseStep step_pulse(const NeuronPropagator& p, double mean_nA, double sigma_nA,
                                      double deviation_nA, double noise) {
    const double deviation_at_end_nA =
        deviation_nA * p.current_decay + p.noise_per_sigma * sigma_nA * noise;
    return {p.constant_per_nA * mean_nA + p.drive_per_nA * deviation_nA +
                p.drive_noise_per_sigma * sigma_nA * noise,
            mean_nA + deviation_nA, deviation_at_end_nA,
            p.constant_as_decaying * mean_nA + deviation_at_end_nA};
}

// Stationary deviation of the background current from its white-noise amplitude (nA s^1/2).
inline double background_sigma_nA(double sigma_wn_nA_sqrt_s, double tau_syn_ms) {
    return sigma_wn_nA_sqrt_s * std::sqrt(1000.0 / (2.0 * tau_syn_ms));
}

}  // namespace engram::model

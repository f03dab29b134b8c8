// SPDX-License-Identifier: Apache-2.0
// A neuron that is not built in: fixed synapses may end at a second site, whose current decays more
// slowly and reaches the membrane in part. While that current is strong the neuron is silenced: V
// is reset as by a spike, and held longer, but there is no spike. So one functional of the state
// makes spikes, and another does not.
#pragma once

#include <cmath>
#include <tuple>

#include "model/fixed_point.hpp"
#include "model/macros.hpp"
#include "model/neuron.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/variable.hpp"

namespace engram::test {

struct TwoSiteNeuron {
    static constexpr double tell_tale_t_ref_ms = 2.6;
    static constexpr double tau_second_ms = 11.0;
    static constexpr double attenuation = 0.6;
    static constexpr double mV_per_nA = 4.0;
    static constexpr double bound_mV = -54.5;
    static constexpr double silent_ms = 4.0;

    static bool describes(const NeuronParameters& neuron) {
        return neuron.t_ref_ms == tell_tale_t_ref_ms;
    }

    static constexpr int n_sites = 2;
    struct Input {
        double nA[n_sites];
    };

    struct State : model::NeuronState {
        double i_second_nA;
        double fired;  //!< 1 after the step of a spike, else 0: who is silenced is refractory too
    };
    struct View {
        double* v_mV = nullptr;
        double* i_syn_nA = nullptr;
        double* i_bg_nA = nullptr;
        double* refractory = nullptr;
        double* i_second_nA = nullptr;
        double* fired = nullptr;

        static constexpr auto variables() {
            using plasticity::By, plasticity::Variable;
            using enum plasticity::InCheckpoint;
            return std::tuple{
                Variable{&View::v_mV, "soma_mV", "mV", By::neuron, 0.0, yes, "potential"},
                Variable{&View::i_syn_nA, "soma_nA", "nA", By::neuron, 0.0, yes,
                         "synaptic current"},
                Variable{&View::i_bg_nA, "background_nA", "nA", By::neuron, 0.0, yes,
                         "background current minus its mean"},
                Variable{&View::refractory, "held_steps", "1", By::neuron, 0.0, yes,
                         "steps for which V is still held"},
                Variable{&View::i_second_nA, "second_nA", "nA", By::neuron, 0.0, yes,
                         "current at the second site"},
                Variable{&View::fired, "fired", "1", By::neuron, 0.0, no,
                         "whether the last step began with a spike"}};
        }
        ENGRAM_HD_INLINE State load(std::uint64_t j) const {
            return {{v_mV[j], i_syn_nA[j], i_bg_nA[j], refractory[j]}, i_second_nA[j], fired[j]};
        }
        ENGRAM_HD_INLINE void store(std::uint64_t j, const State& state) const {
            v_mV[j] = state.v_mV;
            i_syn_nA[j] = state.i_syn_nA;
            i_bg_nA[j] = state.i_bg_nA;
            refractory[j] = state.refractory;
            i_second_nA[j] = state.i_second_nA;
            fired[j] = state.fired;
        }
    };

    model::StepNeuron step;
    double v_init_mV = 0;
    double nA_per_quantum = 0;
    double second_decay = 0;         //!< of the second current within a step
    double second_drive_per_nA = 0;  //!< effect of it on V within a step
    double silent_steps = 0;

    TwoSiteNeuron() = default;
    TwoSiteNeuron(const NeuronParameters& neuron, const BackgroundParameters& background,
                  double tau_syn_ms, double dt_ms)
        : step{model::make_neuron_propagator(neuron, tau_syn_ms, dt_ms), background.mean_nA,
               model::background_sigma_nA(background.sigma_wn_nA_sqrt_s, tau_syn_ms)},
          v_init_mV(neuron.v_init_mV),
          nA_per_quantum(model::fixed_point_quantum / neuron.r_leak_MOhm),
          silent_steps(std::round(silent_ms / dt_ms)) {
        const auto second = model::make_neuron_propagator(neuron, tau_second_ms, dt_ms);
        second_decay = second.current_decay;
        second_drive_per_nA = attenuation * second.drive_per_nA;
    }

    ENGRAM_HD_INLINE bool has_noise() const { return step.bg_sigma_nA > 0.0; }
    ENGRAM_HD_INLINE const model::NeuronPropagator& propagator() const { return step.propagator; }

    ENGRAM_HD_INLINE State at_rest() const { return {{v_init_mV, 0.0, 0.0, 0.0}, 0.0, 0.0}; }
    ENGRAM_HD_INLINE Input input(const model::FixedPoint (&at_sites)[n_sites]) const {
        return {{static_cast<double>(at_sites[0]) * nA_per_quantum,
                 static_cast<double>(at_sites[1]) * nA_per_quantum}};
    }
    ENGRAM_HD_INLINE void advance(State& state, const Input& input, double noise,
                                  const model::StimulusEffect& stimulus) const {
        const double second = state.i_second_nA + input.nA[1];
        state.fired = state.v_mV >= propagator().v_th_mV ? 1.0 : 0.0;
        const bool silenced = is_silenced(state, second);
        // What is left after this step is what a spike would leave.
        state.refractory = silenced ? silent_steps + 1.0 : state.refractory;
        step(state, input.nA[0], noise, std::fma(second, second_drive_per_nA, stimulus.v_mV));
        state.i_second_nA = second * second_decay;
    }
    ENGRAM_HD_INLINE static double spike_measure(const State& state) { return state.fired; }
    ENGRAM_HD_INLINE double measure_of_spike() const { return 1.0; }
    ENGRAM_HD_INLINE void force_spike(State& state) const {
        if (model::StepNeuron::can_fire(state.refractory)) state.v_mV = propagator().v_th_mV;
    }
    ENGRAM_HD_INLINE void sample(const State& state, const Input& input, double stimulus_nA,
                                 double* values) const {
        const double second = state.i_second_nA + input.nA[1];
        const double i_bg = step.bg_mean_nA + state.i_bg_nA;
        const double first = state.i_syn_nA + input.nA[0];
        const bool resets = state.v_mV >= propagator().v_th_mV || is_silenced(state, second);
        values[column_v] = resets ? propagator().v_reset_mV : state.v_mV;
        values[column_i_total] = first + i_bg + stimulus_nA + attenuation * second;
        values[column_i_stim] = stimulus_nA;
        values[column_i_bg] = i_bg;
    }

  private:
    ENGRAM_HD_INLINE bool is_silenced(const State& state, double second_nA) const {
        return (state.v_mV < propagator().v_th_mV) & model::StepNeuron::can_fire(state.refractory) &
               (state.v_mV + mV_per_nA * second_nA > bound_mV);
    }
};

}  // namespace engram::test

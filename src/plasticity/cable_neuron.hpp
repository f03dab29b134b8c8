// SPDX-License-Identifier: Apache-2.0
// The neuron with a morphology as a mechanism: soma and two dendrites, reduced to the mean
// potential of the cell and what present currents add to it at the soma and at the tip of the basal
// dendrite.
#pragma once

#include <cmath>
#include <limits>
#include <tuple>

#include "model/cable_resistances.hpp"
#include "model/cable_solution.hpp"
#include "model/fixed_point.hpp"
#include "model/macros.hpp"
#include "model/neuron.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct CableNeuron {
    static bool describes(const NeuronParameters& neuron) { return neuron.morphology.has_value(); }

    static constexpr int n_sites = 2;
    using Input = model::CableInput;
    using State = model::CableState;
    struct View {
        double* v_mV = nullptr;
        double* i_syn_nA = nullptr;
        double* i_bg_nA = nullptr;
        double* refractory = nullptr;
        double* i_tip_nA = nullptr;
        double* i_stim_nA = nullptr;
        double* silent_resets = nullptr;

        static constexpr auto variables() {
            using enum InCheckpoint;
            return std::tuple{
                Variable{&View::v_mV, "cable_v_mV", "mV", By::neuron, 0.0, yes,
                         "mean membrane potential of a neuron with a morphology"},
                Variable{&View::i_syn_nA, "cable_i_syn_nA", "nA", By::neuron, 0.0, yes,
                         "all synaptic current of it"},
                Variable{&View::i_bg_nA, "cable_i_bg_nA", "nA", By::neuron, 0.0, yes,
                         "background current of it minus its mean"},
                Variable{&View::refractory, "cable_refractory_steps", "1", By::neuron, 0.0, yes,
                         "steps of its refractory period that are left; half a step less after a "
                         "reset without a spike",
                         Domain::not_negative},
                Variable{&View::i_tip_nA, "cable_i_tip_nA", "nA", By::neuron, 0.0, yes,
                         "of the synaptic current that at the tip of the basal dendrite"},
                Variable{&View::i_stim_nA, "cable_i_stim_nA", "nA", By::neuron, 0.0, yes,
                         "stimulus current at the end of the last step, as one that decays"},
                Variable{&View::silent_resets, "cable_silent_resets", "1", By::neuron, 0.0, yes,
                         "resets without a spike in this phase", Domain::not_negative}};
        }
        ENGRAM_HD_INLINE State load(std::uint64_t j) const {
            return {{v_mV[j], i_syn_nA[j], i_bg_nA[j], refractory[j]},
                    i_tip_nA[j],
                    i_stim_nA[j],
                    silent_resets[j]};
        }
        ENGRAM_HD_INLINE void store(std::uint64_t j, const State& state) const {
            v_mV[j] = state.v_mV;
            i_syn_nA[j] = state.i_syn_nA;
            i_bg_nA[j] = state.i_bg_nA;
            refractory[j] = state.refractory;
            i_tip_nA[j] = state.i_tip_nA;
            i_stim_nA[j] = state.i_stim_nA;
            silent_resets[j] = state.silent_resets;
        }
    };

    using Solution = model::CableSolution;
    using BlockEnds = model::CableEnds;
    using BlockInput = model::CableBlockInput;

    model::StepNeuron step;  //!< of the mean potential
    model::CablePlace soma;
    model::CablePlace tip;
    double v_th_tip_mV = 0;  //!< infinite where the tip resets nothing
    double v_init_mV = 0;
    double v_inf_mV = 0;        //!< that the mean potential tends to
    double nA_per_quantum = 0;  //!< synaptic current per unit of fixed-point input
    double tip_gain = 1;        //!< of the current that arrives at the tip

    CableNeuron() = default;
    CableNeuron(const NeuronParameters& neuron, const BackgroundParameters& background,
                double tau_syn_ms, double dt_ms)
        : step{model::make_neuron_propagator(neuron, tau_syn_ms, dt_ms), background.mean_nA,
               model::background_sigma_nA(background.sigma_wn_nA_sqrt_s, tau_syn_ms)},
          v_init_mV(neuron.v_init_mV),
          nA_per_quantum(model::fixed_point_quantum / neuron.r_leak_MOhm) {
        const auto resistances = model::CableResistances::make(neuron, tau_syn_ms);
        const auto& decaying = resistances.decaying;
        const auto& constant = resistances.constant;
        // A larger cell follows the same currents less.
        model::NeuronPropagator& p = step.propagator;
        const double share = 1.0 / resistances.capacitance_ratio;
        p.drive_per_nA *= share;
        p.constant_per_nA *= share;
        p.drive_noise_per_sigma *= share;
        if (decaying.soma_soma > 0.0)
            p.constant_as_decaying = constant.soma_soma / decaying.soma_soma;
        v_inf_mV = neuron.v_rev_mV + neuron.r_leak_MOhm * share * background.mean_nA;
        soma = {decaying.soma_soma, decaying.soma_tip - decaying.soma_soma,
                constant.soma_soma * background.mean_nA};
        tip = {decaying.soma_tip, decaying.tip_tip - decaying.soma_tip,
               constant.soma_tip * background.mean_nA};
        v_th_tip_mV = neuron.morphology->reset == Morphology::Reset::any_compartment
                          ? p.v_th_mV
                          : std::numeric_limits<double>::infinity();
        tip_gain = neuron.morphology->synaptic_gain;
    }

    ENGRAM_HD_INLINE bool has_noise() const { return step.bg_sigma_nA > 0.0; }
    ENGRAM_HD_INLINE const model::NeuronPropagator& propagator() const { return step.propagator; }

    Solution solution(int steps) const {
        return model::make_cable_solution(
            model::make_block_solution(step.propagator, v_inf_mV, step.bg_sigma_nA, steps),
            step.propagator, soma, tip, std::isfinite(v_th_tip_mV), step.bg_sigma_nA);
    }

    ENGRAM_HD_INLINE State at_rest() const { return {{v_init_mV, 0.0, 0.0, 0.0}, 0.0, 0.0, 0.0}; }
    //! \param at_sites  those of Morphology
    ENGRAM_HD_INLINE Input input(const model::FixedPoint (&at_sites)[n_sites]) const {
        const model::FixedPoint at_tip = at_sites[Morphology::tip_site];
        model::FixedPoint all = at_tip;
        model::add_wrapping(all, at_sites[Morphology::soma_site]);
        const double tip_quanta = model::to_double(at_tip);
        return {std::fma(tip_gain - 1.0, tip_quanta, model::to_double(all)) * nA_per_quantum,
                tip_gain * tip_quanta * nA_per_quantum};
    }
    ENGRAM_HD_INLINE static void add_input(BlockInput& sums, const model::CableInputEffect& effect,
                                           const Input& input) {
        effect.add(sums, input);
    }

    //! Of `refractory`, what begins with a step: a spike, a reset without one, or 0 for neither. No
    //! threshold is tested while U is held, which includes the step of its release.
    ENGRAM_HD_INLINE double begun(const State& state, bool can_fire) const {
        constexpr double never = std::numeric_limits<double>::infinity();
        const double of_soma_mV = can_fire ? step.propagator.v_th_mV : never;
        const double of_tip_mV = can_fire ? v_th_tip_mV : never;
        const double spike = measure_of_spike();
        double begun = tip.v_mV(state) >= of_tip_mV ? spike - silent_reset_earlier : 0.0;
        begun = soma.v_mV(state) >= of_soma_mV ? spike : begun;
        begun = state.refractory == 0.0 ? begun : 0.0;
        return state.refractory < 0.0 ? spike : begun;
    }
    ENGRAM_HD_INLINE void advance(State& state, const Input& input, double noise,
                                  const model::StimulusEffect& stimulus, bool can_fire) const {
        const double now = begun(state, can_fire);
        const double silent_reset = measure_of_spike() - silent_reset_earlier;
        step.move(state, input.total_nA, noise, stimulus.v_mV, now);
        state.i_tip_nA = (state.i_tip_nA + input.tip_nA) * step.propagator.current_decay;
        state.i_stim_nA = stimulus.end_nA;
        state.silent_resets += now == silent_reset ? 1.0 : 0.0;
    }
    ENGRAM_HD_INLINE static State refined_end(const State& free, const State& stepped,
                                              bool stepped_v) {
        return {
            {stepped_v ? stepped.v_mV : free.v_mV, free.i_syn_nA, free.i_bg_nA, stepped.refractory},
            free.i_tip_nA,
            stepped.i_stim_nA,
            stepped.silent_resets};
    }
    ENGRAM_HD_INLINE static bool was_held(const State& state) {
        return model::StepNeuron::was_held(state.refractory);
    }
    ENGRAM_HD_INLINE static double spike_measure(const State& state) { return state.refractory; }
    ENGRAM_HD_INLINE double measure_of_spike() const {
        return static_cast<double>(step.propagator.refractory_steps);
    }
    ENGRAM_HD_INLINE void force_spike(State& state) const {
        if (model::StepNeuron::can_fire(state.refractory)) state.refractory = forced;
    }
    ENGRAM_HD_INLINE void sample(const State& state, const Input& input, double stimulus_nA,
                                 double* values) const {
        const double i_bg = step.bg_mean_nA + state.i_bg_nA;
        const bool is_reset = (begun(state, true) > 0.0) | was_held(state);
        values[column_v] = is_reset ? step.propagator.v_reset_mV : soma.v_mV(state);
        values[column_i_total] = state.i_syn_nA + input.total_nA + i_bg + stimulus_nA;
        values[column_i_stim] = stimulus_nA;
        values[column_i_bg] = i_bg;
    }

  private:
    //! Of `refractory`: a spike is to come. It lasts no longer than until the next step.
    static constexpr double forced = -1.0;
    //! So much less than a spike does a silent reset leave of `refractory`: both hold U equally
    //! long.
    static constexpr double silent_reset_earlier = 0.5;
};

}  // namespace engram::plasticity

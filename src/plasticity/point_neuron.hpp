// SPDX-License-Identifier: Apache-2.0
// The published neuron as a mechanism: what the neurons of a population have in common, their
// state, and a step of it. A neuron mechanism is what is here; see docs/extending.md.
#pragma once

#include <limits>
#include <tuple>

#include "model/block_solution.hpp"
#include "model/fixed_point.hpp"
#include "model/macros.hpp"
#include "model/neuron.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct PointNeuron {
    //! Whether it is the mechanism of neurons with these parameters.
    static bool describes(const NeuronParameters&) { return true; }

    //! Places at which synaptic input arrives. Plastic synapses end at site 0.
    static constexpr int n_sites = 1;
    //! That arrives in a step.
    struct Input {
        double nA;
    };

    //! Both have v_mV, which executors look at: it must stay a finite number.
    using State = model::NeuronState;
    struct View {
        double* v_mV = nullptr;
        double* i_syn_nA = nullptr;
        double* i_bg_nA = nullptr;
        double* refractory = nullptr;

        static constexpr auto variables() {
            using enum InCheckpoint;
            return std::tuple{
                Variable{&View::v_mV, "v_mV", "mV", By::neuron, 0.0, yes, "membrane potential"},
                Variable{&View::i_syn_nA, "i_syn_nA", "nA", By::neuron, 0.0, yes,
                         "synaptic current"},
                Variable{&View::i_bg_nA, "i_bg_nA", "nA", By::neuron, 0.0, yes,
                         "background current minus its mean"},
                Variable{&View::refractory, "refractory_steps", "1", By::neuron, 0.0, yes,
                         "steps of the refractory period that are left", Domain::not_negative}};
        }
        ENGRAM_HD_INLINE State load(std::uint64_t j) const {
            return {v_mV[j], i_syn_nA[j], i_bg_nA[j], refractory[j]};
        }
        ENGRAM_HD_INLINE void store(std::uint64_t j, const State& state) const {
            v_mV[j] = state.v_mV;
            i_syn_nA[j] = state.i_syn_nA;
            i_bg_nA[j] = state.i_bg_nA;
            refractory[j] = state.refractory;
        }
    };

    //! A mechanism that is linear below threshold has one, see model/block_solution.hpp: executors
    //! then advance its neurons by whole blocks.
    using Solution = model::BlockSolution;
    using BlockEnds = model::BlockEnds;    //!< the part of it that gives the end of a block
    using BlockInput = model::BlockInput;  //!< what it asks for of the input

    model::StepNeuron step;
    double v_init_mV = 0;
    double v_inf_mV = 0;        //!< that V tends to without deviations from the mean current
    double nA_per_quantum = 0;  //!< synaptic current per unit of fixed-point input

    PointNeuron() = default;
    PointNeuron(const NeuronParameters& neuron, const BackgroundParameters& background,
                double tau_syn_ms, double dt_ms)
        : step{model::make_neuron_propagator(neuron, tau_syn_ms, dt_ms), background.mean_nA,
               model::background_sigma_nA(background.sigma_wn_nA_sqrt_s, tau_syn_ms)},
          v_init_mV(neuron.v_init_mV),
          v_inf_mV(neuron.v_rev_mV + neuron.r_leak_MOhm * background.mean_nA),
          nA_per_quantum(model::fixed_point_quantum / neuron.r_leak_MOhm) {}

    ENGRAM_HD_INLINE bool has_noise() const { return step.bg_sigma_nA > 0.0; }
    //! How stimulus currents act on the membrane.
    ENGRAM_HD_INLINE const model::NeuronPropagator& propagator() const { return step.propagator; }

    //! \param steps  of the block
    Solution solution(int steps) const {
        return model::make_block_solution(step.propagator, v_inf_mV, step.bg_sigma_nA, steps);
    }

    //! At the start of a spiking phase.
    ENGRAM_HD_INLINE State at_rest() const { return {v_init_mV, 0.0, 0.0, 0.0}; }
    ENGRAM_HD_INLINE Input input(const model::FixedPoint (&at_sites)[n_sites]) const {
        return {model::to_double(at_sites[0]) * nA_per_quantum};
    }
    //! Adds the input of a step to that of the block.
    ENGRAM_HD_INLINE static void add_input(BlockInput& sums, const model::InputEffect& effect,
                                           const Input& input) {
        effect.add(sums, input.nA);
    }
    //! Adds stimulus currents that are known at each step of the block: such a neuron goes to its
    //! end at once. Without this function neurons with stimulus currents go step by step.
    ENGRAM_HD_INLINE static void add_currents(BlockInput& sums,
                                              const model::CurrentEffect& currents) {
        sums.add(currents);
    }
    //! \param noise     standard normal number
    //! \param can_fire  false: it is known not to. Of neurons with a solution alone
    ENGRAM_HD_INLINE void advance(State& state, const Input& input, double noise,
                                  const model::StimulusEffect& stimulus, bool can_fire) const {
        step(state, input.nA, noise, stimulus.v_mV,
             can_fire ? step.propagator.v_th_mV : std::numeric_limits<double>::infinity());
    }
    //! The end of a block that was gone through step by step: whatever was looked at meanwhile, it
    //! is that of the solution, but for what a spike has done to V, or a stimulus that the solution
    //! does not know.
    //! \param free       end of the solution
    //! \param stepped    end of the steps
    //! \param stepped_v  whether V was held or so stimulated
    ENGRAM_HD_INLINE static State refined_end(const State& free, const State& stepped,
                                              bool stepped_v) {
        return {stepped_v ? stepped.v_mV : free.v_mV, free.i_syn_nA, free.i_bg_nA,
                stepped.refractory};
    }
    //! Whether V was held in the step that led to a state, so that the solution does not give V.
    ENGRAM_HD_INLINE static bool was_held(const State& state) {
        return model::StepNeuron::was_held(state.refractory);
    }
    //! Tells after a step whether the neuron fired at its beginning: it did where the measure is
    //! the one of a spike, which none exceeds.
    ENGRAM_HD_INLINE static double spike_measure(const State& state) { return state.refractory; }
    ENGRAM_HD_INLINE double measure_of_spike() const {
        return static_cast<double>(step.propagator.refractory_steps);
    }
    //! Makes the neuron fire at the coming step unless it is refractory.
    ENGRAM_HD_INLINE void force_spike(State& state) const {
        if (model::StepNeuron::can_fire(state.refractory)) state.v_mV = step.propagator.v_th_mV;
    }
    //! Values of the columns of the neuron at a step, before it is advanced.
    ENGRAM_HD_INLINE void sample(const State& state, const Input& input, double stimulus_nA,
                                 double* values) const {
        const double i_bg = step.bg_mean_nA + state.i_bg_nA;
        const double i_syn = state.i_syn_nA + input.nA;
        const bool fires = state.v_mV >= step.propagator.v_th_mV;
        values[column_v] = fires ? step.propagator.v_reset_mV : state.v_mV;
        values[column_i_total] = i_syn + i_bg + stimulus_nA;
        values[column_i_stim] = stimulus_nA;
        values[column_i_bg] = i_bg;
    }
};

}  // namespace engram::plasticity

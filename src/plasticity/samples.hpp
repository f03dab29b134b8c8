// Columns of one sample, in the order of files.
#pragma once

#include <cstddef>

#include "model/macros.hpp"
#include "model/neuron.hpp"

namespace engram {

enum NeuronColumn { column_v, column_i_total, column_i_stim, column_i_bg, column_s, column_p };
//! Of the neuron itself; those of the late phase follow.
inline constexpr std::size_t n_membrane_columns = column_i_bg + 1;
inline constexpr std::size_t neuron_columns = 6;
enum SynapseColumn { column_ca, column_h, column_z };
inline constexpr std::size_t synapse_columns = 3;

namespace plasticity {

//! Potential and currents of a neuron at a step, before it is advanced.
//! \param input_nA     that arrives at the step
//! \param stimulus_nA  sum of all stimulus currents
ENGRAM_HD_INLINE void sample_currents(const model::StepNeuron& step,
                                      const model::NeuronState& state, double input_nA,
                                      double stimulus_nA, double* values) {
    const model::NeuronPropagator& p = step.propagator;
    const double i_bg = step.bg_mean_nA + state.i_bg_nA;
    const double i_syn = state.i_syn_nA + input_nA;
    values[column_v] = state.v_mV >= p.v_th_mV ? p.v_reset_mV : state.v_mV;
    values[column_i_total] = i_syn + i_bg + stimulus_nA;
    values[column_i_stim] = stimulus_nA;
    values[column_i_bg] = i_bg;
}

}  // namespace plasticity
}  // namespace engram

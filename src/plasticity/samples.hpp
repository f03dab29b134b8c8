// Where the values of one sample of the published model go; recorded.hpp has what they are.
#pragma once

#include "model/macros.hpp"
#include "model/neuron.hpp"

namespace engram {

enum NeuronColumn { column_v, column_i_total, column_i_stim, column_i_bg, column_s, column_p };
enum SynapseColumn { column_ca, column_h, column_z };

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

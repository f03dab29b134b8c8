// Where the values of one sample of the published model go; recorded.hpp has what they are.
#pragma once

#include <cstddef>
#include <iterator>

#include "model/macros.hpp"
#include "model/neuron.hpp"
#include "plasticity/column.hpp"

namespace engram {

// Of a neuron: its own columns, then those of the late phase; here of the published one.
enum NeuronColumn { column_v, column_i_total, column_i_stim, column_i_bg, column_s, column_p };
inline constexpr Column membrane_columns[] = {{"V_mV", "mV", "membrane potential"},
                                              {"I_total_nA", "nA", "sum of all input currents"},
                                              {"I_stim_nA", "nA", "stimulation current"},
                                              {"I_bg_nA", "nA", "background current"}};
inline constexpr std::size_t n_membrane_columns = std::size(membrane_columns);

enum SynapseColumn { column_ca, column_h, column_z };
inline constexpr Column plastic_synapse_columns[] = {
    {"Ca", "1", "calcium"}, {"h_mV", "mV", "early-phase weight"}, {"z", "1", "late-phase weight"}};

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

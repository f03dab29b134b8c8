// What is recorded of neurons and synapses: the one table from which widths of samples, datasets of
// files and forecasts of their sizes follow.
#pragma once

#include <span>
#include <vector>

#include "model/parameters.hpp"

namespace engram {

struct Column {
    const char* name;  //!< of its dataset
    const char* unit;
    const char* meaning;
};

namespace plasticity {

inline constexpr Column membrane_columns[] = {
    {"V_mV", "mV", "membrane potential"},
    {"I_total_nA", "nA", "sum of all input currents"},
    {"I_stim_nA", "nA", "stimulation current"},
    {"I_bg_nA", "nA", "background current"},
};

inline constexpr Column common_protein_columns[] = {
    {"S_mV", "mV",
     "sum of the early-phase changes |h - h_0| of its incoming synapses, which drives protein "
     "synthesis"},
    {"p", "umol/l", "amount of protein"},
};

inline constexpr Column s_p_column{
    "S_P_mV", "mV", "sum of h - h_0 of its potentiated synapses, which drives synthesis of P"};
inline constexpr Column s_d_column{
    "S_D_mV", "mV", "sum of h_0 - h of its depressed synapses, which drives synthesis of D"};
inline constexpr Column p_p_column{"p_P", "umol/l", "amount of P, needed for potentiation"};
inline constexpr Column p_c_column{
    "p_C", "umol/l", "amount of C, needed for both; S_P_mV + S_D_mV drives its synthesis"};
inline constexpr Column p_d_column{"p_D", "umol/l", "amount of D, needed for depression"};

inline constexpr Column p_and_d_columns[] = {s_p_column, s_d_column, p_p_column, p_d_column};
inline constexpr Column p_c_and_d_columns[] = {s_p_column, s_d_column, p_p_column, p_c_column,
                                               p_d_column};

//! What the late phase adds to the columns of a neuron.
constexpr std::span<const Column> late_phase_columns(ProteinPools pools) {
    switch (pools) {
        case ProteinPools::p_and_d:
            return p_and_d_columns;
        case ProteinPools::p_c_and_d:
            return p_c_and_d_columns;
        default:
            return common_protein_columns;
    }
}

inline constexpr Column plastic_synapse_columns[] = {
    {"Ca", "1", "calcium"},
    {"h_mV", "mV", "early-phase weight"},
    {"z", "1", "late-phase weight"},
};

}  // namespace plasticity

//! Of a recorded neuron, in the order of samples.
inline std::vector<Column> neuron_columns(const SynapseParameters& synapses) {
    std::vector<Column> columns(std::begin(plasticity::membrane_columns),
                                std::end(plasticity::membrane_columns));
    const auto late_phase = plasticity::late_phase_columns(synapses.protein_pools);
    columns.insert(columns.end(), late_phase.begin(), late_phase.end());
    return columns;
}

//! Of a recorded synapse, in the order of samples.
inline std::vector<Column> synapse_columns(const SynapseParameters&) {
    return {std::begin(plasticity::plastic_synapse_columns),
            std::end(plasticity::plastic_synapse_columns)};
}

}  // namespace engram

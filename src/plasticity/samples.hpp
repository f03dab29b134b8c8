// SPDX-License-Identifier: Apache-2.0
// Where the values of one sample of the published model go; recorded.hpp has what they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace engram {

// A recorded variable.
struct Column {
    std::string name;  //!< of its dataset
    const char* unit;
    const char* meaning;
};

// Of a neuron: its own columns, then those of the late phase; here of the published one.
enum NeuronColumn { column_v, column_i_total, column_i_stim, column_i_bg, column_s, column_p };
inline const Column membrane_columns[] = {{"V_mV", "mV", "membrane potential"},
                                          {"I_total_nA", "nA", "sum of all input currents"},
                                          {"I_stim_nA", "nA", "stimulation current"},
                                          {"I_bg_nA", "nA", "background current"}};
inline constexpr std::size_t n_membrane_columns = std::size(membrane_columns);

enum SynapseColumn { column_ca, column_h, column_z };
inline const Column plastic_synapse_columns[] = {
    {"Ca", "1", "calcium"}, {"h_mV", "mV", "early-phase weight"}, {"z", "1", "late-phase weight"}};

// A synapse that is recorded, as far as a rank needs to know it.
struct SampledSynapse {
    std::uint64_t synapse;  //!< index in the table of plastic ones
    std::uint32_t source;   //!< global id
    std::uint32_t target;   //!< local
    std::size_t index;      //!< in Recording::synapses
};

}  // namespace engram

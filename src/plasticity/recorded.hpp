// SPDX-License-Identifier: Apache-2.0
// What is recorded of neurons and synapses: mechanisms say it, and widths of samples, datasets of
// files and forecasts of their sizes follow.
#pragma once

#include <string>
#include <vector>

#include "plasticity/mechanisms.hpp"
#include "plasticity/samples.hpp"

namespace engram {

//! Of a recorded neuron, in the order of samples.
inline std::vector<Column> neuron_columns(const SynapseParameters& synapses,
                                          const model::ProteinDiffusion& diffusion) {
    std::vector<Column> columns(std::begin(membrane_columns), std::end(membrane_columns));
    const std::vector<Column> late = plasticity::with_mechanisms(
        synapses, diffusion,
        [&]<class M>(M) -> std::vector<Column> { return M::Late::columns(synapses, diffusion); });
    columns.insert(columns.end(), late.begin(), late.end());
    return columns;
}

//! What snapshots and initial states hold of the proteins of a neuron, in the order of
//! Executor::protein: "p", "p_P", ..., and amplitudes of modes as "p_mode_1".
inline std::vector<std::string> protein_amounts(const SynapseParameters& synapses,
                                                const model::ProteinDiffusion& diffusion) {
    return plasticity::with_mechanisms(synapses, diffusion,
                                       [&]<class M>(M) -> std::vector<std::string> {
                                           return M::Late::amounts(synapses, diffusion);
                                       });
}

//! Of a recorded synapse, in the order of samples.
inline std::vector<Column> synapse_columns(const SynapseParameters&) {
    return {std::begin(plastic_synapse_columns), std::end(plastic_synapse_columns)};
}

}  // namespace engram

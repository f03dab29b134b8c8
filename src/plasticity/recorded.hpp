// SPDX-License-Identifier: Apache-2.0
// What is recorded of neurons and synapses: mechanisms say it, and widths of samples, datasets of
// files and forecasts of their sizes follow.
#pragma once

#include <span>
#include <vector>

#include "plasticity/mechanisms.hpp"
#include "plasticity/samples.hpp"

namespace engram {

//! Of a recorded neuron, in the order of samples.
inline std::vector<Column> neuron_columns(const SynapseParameters& synapses) {
    std::vector<Column> columns(std::begin(membrane_columns), std::end(membrane_columns));
    const std::span<const Column> late =
        plasticity::with_mechanisms(synapses, [&]<class M>(M) -> std::span<const Column> {
            return M::Late::columns(typename M::Late::Parameters(synapses));
        });
    columns.insert(columns.end(), late.begin(), late.end());
    return columns;
}

//! Of a recorded synapse, in the order of samples.
inline std::vector<Column> synapse_columns(const SynapseParameters&) {
    return {std::begin(plastic_synapse_columns), std::end(plastic_synapse_columns)};
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Early- and late-phase weights of all local plastic synapses, and proteins of all local neurons,
// at one step.
#pragma once

#include <functional>
#include <vector>

#include "network/synapse_table.hpp"

namespace engram {

struct PlasticWeights {
    double h_mV = 0;
    double z = 0;
};

// Weights to be asked for one by one, so that the state itself can answer without a copy.
struct SnapshotView {
    Step step = 0;
    SynapseIndex n_synapses = 0;
    std::function<PlasticWeights(SynapseIndex)> weights;  //!< in the order of network.plastic()
    std::vector<double> protein = {};  //!< [umol/l], by pool and local neuron; see protein_pools
};

// Weights stored because the state has moved on.
struct Snapshot {
    Step step = 0;
    std::vector<double> h_mV;  //!< by synapse, in the order of network.plastic()
    std::vector<double> z;
    std::vector<double> protein = {};  //!< likewise

    //! Valid as long as this is.
    SnapshotView view() const {
        return {step, h_mV.size(),
                [this](SynapseIndex k) {
                    return PlasticWeights{h_mV[k], z[k]};
                },
                protein};
    }
};

}  // namespace engram

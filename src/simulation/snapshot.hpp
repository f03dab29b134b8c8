// SPDX-License-Identifier: Apache-2.0
// Early- and late-phase weights of all local plastic synapses, and proteins of all local neurons,
// at one step.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <vector>

#include "network/synapse_table.hpp"

namespace engram {

struct PlasticWeights {
    double h_mV = 0;
    double z = 0;
};

// Weights to be asked for piece by piece, so that the state itself can answer without a copy.
struct SnapshotView {
    Step step = 0;
    SynapseIndex n_synapses = 0;
    //! Tells the weights of consecutive synapses, in the order of network.plastic().
    std::function<void(SynapseIndex first, std::span<PlasticWeights> weights)> read;
    std::vector<double> protein = {};  //!< [umol/l], by pool and local neuron; see protein_pools

    //! Calls visit(synapse, weights) for the synapses [begin, end), in order.
    template <class Visit>
    void for_each(SynapseIndex begin, SynapseIndex end, Visit&& visit) const {
        std::array<PlasticWeights, 512> piece;
        while (begin < end) {
            const SynapseIndex n = std::min<SynapseIndex>(end - begin, piece.size());
            read(begin, std::span(piece).first(n));
            for (SynapseIndex i = 0; i < n; ++i) visit(begin + i, piece[i]);
            begin += n;
        }
    }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for_each(0, n_synapses, visit);
    }
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
                [this](SynapseIndex first, std::span<PlasticWeights> weights) {
                    for (std::size_t i = 0; i < weights.size(); ++i)
                        weights[i] = {h_mV[first + i], z[first + i]};
                },
                protein};
    }
};

}  // namespace engram

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
    //! Tell the weights of consecutive synapses, in the order of network.plastic().
    std::function<void(SynapseIndex first, std::span<double> h_mV)> read_h_mV;
    std::function<void(SynapseIndex first, std::span<double> z)> read_z;
    std::vector<double> protein = {};  //!< [umol/l], by pool and local neuron; see protein_pools

    //! Calls visit(synapse, weights) for the synapses [begin, end), in order.
    template <class Visit>
    void for_each(SynapseIndex begin, SynapseIndex end, Visit&& visit) const {
        std::array<double, 512> h_mV;
        std::array<double, 512> z;
        while (begin < end) {
            const SynapseIndex n = std::min<SynapseIndex>(end - begin, h_mV.size());
            read_h_mV(begin, std::span(h_mV).first(n));
            read_z(begin, std::span(z).first(n));
            for (SynapseIndex i = 0; i < n; ++i) visit(begin + i, PlasticWeights{h_mV[i], z[i]});
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
                [this](SynapseIndex first, std::span<double> values) {
                    std::copy_n(h_mV.data() + first, values.size(), values.begin());
                },
                [this](SynapseIndex first, std::span<double> values) {
                    std::copy_n(z.data() + first, values.size(), values.begin());
                },
                protein};
    }
};

}  // namespace engram

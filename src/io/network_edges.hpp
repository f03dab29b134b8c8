// SPDX-License-Identifier: Apache-2.0
// Presents the local part of a network to the writer of network.h5.
#pragma once

#include <algorithm>

#include "experiment/network_keys.hpp"
#include "io/edge_provider.hpp"
#include "network/network.hpp"

namespace engram {

// Edges of one projection, with neurons numbered within their populations; or all plastic ones.
// The network must outlive it. Memory grows with the number of local neurons only.
class NetworkEdgeProvider : public EdgeProvider {
  public:
    //! \param projection  index in Network::projections
    NetworkEdgeProvider(const Network& network, std::size_t projection);
    //! All plastic synapses, with neurons numbered by their global ids; targets end with the last
    //! excitatory neuron.
    static NetworkEdgeProvider all_plastic(const Network& network);

    std::vector<TargetRange> local_targets() const override;
    void in_degrees(std::span<std::uint64_t> degrees) const override;
    void sources(LocalTargets targets, std::vector<std::uint32_t>& source_ids) const override;
    //! On this rank.
    SynapseIndex n_synapses() const { return first_edge_.back(); }
    //! Of some targets.
    SynapseIndex n_synapses(LocalTargets targets) const;

    //! Calls visit(position, source, synapse) for all edges of some targets in the order of their
    //! table, so that its memory is walked through in order: position among them in the order of
    //! sources(), source within its population, index in the table.
    template <class Visit>
    void for_each_synapse(LocalTargets targets, Visit&& visit) const {
        if (targets.empty()) return;
        const LocalNeurons local = local_neurons(targets);
        const auto begin = first_edge_.begin() + (local.begin - first_local_);
        std::vector<std::uint64_t> next(begin, begin + (local.end - local.begin));
        for (std::uint64_t& position : next) position -= *begin;
        const std::vector<std::uint32_t>& all = table_.targets();
        for (NeuronId source = 0; source < sources_.count; ++source) {
            const NeuronId r = sources_.first + source;
            const auto row = table_.row(r);
            SynapseIndex k = table_.row_begin(r);
            k += static_cast<SynapseIndex>(std::lower_bound(row.begin(), row.end(), local.begin) -
                                           row.begin());
            for (; k < table_.row_end(r) && all[k] < local.end; ++k)
                visit(next[all[k] - local.begin]++, source, k);
        }
    }

  private:
    struct Ids {
        NeuronId first = 0;
        NeuronId count = 0;
    };
    // Local indices [begin, end): what belongs to one population is consecutive on each rank.
    struct LocalNeurons {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };
    NetworkEdgeProvider(const Network& network, const SynapseTable& table, Ids sources,
                        Ids targets);
    std::uint32_t local_index(std::uint64_t target) const;
    LocalNeurons local_neurons(LocalTargets targets) const;
    void count_edges();

    const Network& network_;
    const SynapseTable& table_;
    Ids sources_;                    //!< rows of the table
    Ids targets_;                    //!< global ids
    std::uint32_t first_local_ = 0;  //!< local index of the first local target
    //! Of each local target, among all local edges by (target, source); and their number.
    std::vector<SynapseIndex> first_edge_;
};

}  // namespace engram

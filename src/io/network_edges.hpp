// SPDX-License-Identifier: Apache-2.0
// Presents the local part of a network to the writer of network.h5.
#pragma once

#include <algorithm>

#include "experiment/network_keys.hpp"
#include "io/edge_provider.hpp"
#include "network/network.hpp"

namespace engram {

// Edges of one projection, with neurons numbered within their populations; or all plastic ones.
// The network must outlive it.
class NetworkEdgeProvider : public EdgeProvider {
  public:
    //! \param projection  index in Network::projections
    NetworkEdgeProvider(const Network& network, std::size_t projection);
    //! All plastic synapses, with neurons numbered by their global ids; targets end with the last
    //! excitatory neuron.
    static NetworkEdgeProvider all_plastic(const Network& network);

    std::vector<TargetRange> local_targets() const override;
    void in_degrees(TargetRange targets, std::span<std::uint64_t> degrees) const override;
    void sources(TargetRange targets, std::vector<std::uint64_t>& source_ids) const override;
    //! On this rank.
    SynapseIndex n_synapses() const;
    //! Replaces `synapses` by the indices of the same edges in the projection's table.
    void synapses(TargetRange targets, std::vector<SynapseIndex>& synapses) const;

    //! Calls visit(source, synapse, target) for all edges of a part of a local range in the order
    //! of their table; targets are counted from the beginning of the range.
    template <class Visit>
    void for_each_synapse(TargetRange targets, Visit&& visit) const {
        const std::uint32_t begin = local_begin(targets);
        const std::uint32_t end = begin + static_cast<std::uint32_t>(targets.count);
        const std::vector<std::uint32_t>& all = table_.targets();
        for (NeuronId source = 0; source < sources_.count; ++source) {
            const NeuronId r = sources_.first + source;
            const auto row = table_.row(r);
            SynapseIndex k = table_.row_begin(r);
            k += static_cast<SynapseIndex>(std::lower_bound(row.begin(), row.end(), begin) -
                                           row.begin());
            for (; k < table_.row_end(r) && all[k] < end; ++k) visit(source, k, all[k] - begin);
        }
    }

  private:
    struct Ids {
        NeuronId first = 0;
        NeuronId count = 0;
    };
    NetworkEdgeProvider(const Network& network, const SynapseTable& table, Ids sources,
                        Ids targets);
    // Local index of the first target of a range.
    std::uint32_t local_begin(TargetRange targets) const;
    // Position of the first edge of each target, with edges sorted by (target, source).
    std::vector<std::uint64_t> edge_offsets(TargetRange targets) const;

    const Network& network_;
    const SynapseTable& table_;
    Ids sources_;  //!< rows of the table
    Ids targets_;  //!< global ids
};

}  // namespace engram

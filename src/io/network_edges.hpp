// SPDX-License-Identifier: Apache-2.0
// Presents the local part of a network to the writer of network.h5.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

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
    //! The same, from the providers of all projections, which have counted already.
    static NetworkEdgeProvider all_plastic(const Network& network,
                                           std::span<const NetworkEdgeProvider> projections);

    std::vector<TargetRange> local_targets() const override;
    void in_degrees(std::span<std::uint64_t> degrees) const override;
    void sources(LocalTargets targets, std::vector<std::uint32_t>& source_ids) const override;
    //! On this rank.
    SynapseIndex n_synapses() const { return first_edge_.back(); }
    //! Of some targets.
    SynapseIndex n_synapses(LocalTargets targets) const;

    //! Calls visit(source, first, positions) for the edges of each source to some targets, so that
    //! the memory of their table is walked through in order: source within its population, index
    //! in the table of the first synapse, and of it and those that follow it the positions among
    //! all edges of the targets, in the order of sources().
    template <class Visit>
    void for_each_row(LocalTargets targets, Visit&& visit) const {
        if (targets.empty()) return;
        const LocalNeurons local = local_neurons(targets);
        const auto begin = first_edge_.begin() + (local.begin - first_local_);
        std::vector<std::uint64_t> next(begin, begin + (local.end - local.begin));
        for (std::uint64_t& position : next) position -= *begin;
        std::vector<std::uint64_t> positions;
        const std::vector<std::uint32_t>& all = table_.targets();
        for (NeuronId source = 0; source < sources_.count; ++source) {
            const NeuronId r = sources_.first + source;
            const auto row = table_.row(r);
            const SynapseIndex first =
                table_.row_begin(r) +
                static_cast<SynapseIndex>(std::lower_bound(row.begin(), row.end(), local.begin) -
                                          row.begin());
            const auto rest = std::span(all).subspan(first, table_.row_end(r) - first);
            if (positions.size() < rest.size()) positions.resize(rest.size());
            std::size_t n = 0;
            // By pointers: the compiler takes what is written for parts of the vectors themselves.
            std::uint64_t* const position = positions.data();
            std::uint64_t* const next_of = next.data();
            for (; n < rest.size() && rest[n] < local.end; ++n)
                position[n] = next_of[rest[n] - local.begin]++;
            visit(source, first, std::span<const std::uint64_t>(position, n));
        }
    }

    //! Calls visit(position, synapse) for all edges of some targets in the order of their table.
    template <class Visit>
    void for_each_synapse(LocalTargets targets, Visit&& visit) const {
        for_each_row(targets,
                     [&](NeuronId, SynapseIndex first, std::span<const std::uint64_t> positions) {
                         for (std::size_t i = 0; i < positions.size(); ++i)
                             visit(positions[i], first + i);
                     });
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
    static NetworkEdgeProvider plastic_without_count(const Network& network);
    std::uint32_t local_index(std::uint64_t target) const;
    LocalNeurons local_neurons(LocalTargets targets) const;
    LocalNeurons prepare_count();
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

// Presents the local part of a network to the writer of network.h5.
#pragma once

#include <algorithm>

#include "io/edge_provider.hpp"
#include "network/network.hpp"

namespace engram {

class NetworkEdgeProvider : public EdgeProvider {
  public:
    //! The network must outlive the provider.
    NetworkEdgeProvider(const Network& network, Projection projection);

    std::vector<TargetRange> local_targets() const override;
    void in_degrees(TargetRange targets, std::span<std::uint64_t> degrees) const override;
    void sources(TargetRange targets, std::vector<std::uint64_t>& source_ids) const override;
    //! Replaces `synapses` by the indices of the same edges in the projection's table.
    void synapses(TargetRange targets, std::vector<SynapseIndex>& synapses) const;

    //! Calls visit(source, synapse, target) for all edges of a part of a local range in the order
    //! of the projection's table; targets are counted from the beginning of the range.
    template <class Visit>
    void for_each_synapse(TargetRange targets, Visit&& visit) const {
        const std::uint32_t begin = local_begin(targets);
        const std::uint32_t end = begin + static_cast<std::uint32_t>(targets.count);
        const std::vector<std::uint32_t>& all = table_.targets();
        for (NeuronId source = 0; source < table_.n_sources(); ++source) {
            const auto row = table_.row(source);
            SynapseIndex k = table_.row_begin(source);
            k += static_cast<SynapseIndex>(std::lower_bound(row.begin(), row.end(), begin) -
                                           row.begin());
            for (; k < table_.row_end(source) && all[k] < end; ++k)
                visit(source, k, all[k] - begin);
        }
    }

  private:
    // Local index of the first target of a range.
    std::uint32_t local_begin(TargetRange targets) const;
    // Position of the first edge of each target, with edges sorted by (target, source).
    std::vector<std::uint64_t> edge_offsets(TargetRange targets) const;

    const Network& network_;
    const SynapseTable& table_;
    bool to_exc_;
};

//! Name of a projection in files: source and target population, e.g. "exc_inh".
const char* projection_name(Projection projection);

}  // namespace engram

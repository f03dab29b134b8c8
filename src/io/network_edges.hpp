// Presents the local part of a network to the writer of network.h5.
#pragma once

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

  private:
    // Local indices of the targets of a range.
    struct LocalRange {
        std::uint32_t begin;
        std::uint32_t end;
    };
    LocalRange local(TargetRange targets) const;
    template <class Visitor>
    void for_each_edge(LocalRange range, const Visitor& visitor) const;
    // Position of the first edge of each target, with edges sorted by (target, source).
    std::vector<std::uint64_t> edge_offsets(TargetRange targets) const;

    const Network& network_;
    const SynapseTable& table_;
    bool to_exc_;
};

//! Name of a projection in files: source and target population, e.g. "exc_inh".
const char* projection_name(Projection projection);

}  // namespace engram

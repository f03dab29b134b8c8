#include "io/network_edges.hpp"

#include <algorithm>

namespace engram {

NetworkEdgeProvider::NetworkEdgeProvider(const Network& network, Projection projection)
    : network_(network),
      table_(network.table(projection)),
      to_exc_(projection == Projection::exc_exc || projection == Projection::inh_exc) {}

std::vector<TargetRange> NetworkEdgeProvider::local_targets() const {
    const std::uint64_t n_exc = network_.populations().n_exc;
    std::vector<TargetRange> result;
    for (const NeuronRange& range : network_.partition().ranges(network_.rank())) {
        const std::uint64_t first = range.first;
        const std::uint64_t end = first + range.count;
        if (to_exc_ && first < n_exc)
            result.push_back({first, std::min(end, n_exc) - first});
        else if (!to_exc_ && end > n_exc)
            result.push_back({std::max(first, n_exc) - n_exc, end - std::max(first, n_exc)});
    }
    return result;
}

std::uint32_t NetworkEdgeProvider::local_begin(TargetRange targets) const {
    const std::uint64_t offset = to_exc_ ? 0 : network_.populations().n_exc;
    return network_.partition().local_index(static_cast<NeuronId>(targets.first + offset));
}

void NetworkEdgeProvider::in_degrees(TargetRange targets, std::span<std::uint64_t> degrees) const {
    std::fill(degrees.begin(), degrees.end(), 0);
    for_each_synapse(targets,
                     [&](NeuronId, SynapseIndex, std::uint32_t target) { ++degrees[target]; });
}

std::vector<std::uint64_t> NetworkEdgeProvider::edge_offsets(TargetRange targets) const {
    std::vector<std::uint64_t> offsets(targets.count + 1, 0);
    in_degrees(targets, std::span(offsets).subspan(1));
    for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
    return offsets;
}

void NetworkEdgeProvider::sources(TargetRange targets,
                                  std::vector<std::uint64_t>& source_ids) const {
    auto next = edge_offsets(targets);
    source_ids.resize(next.back());
    for_each_synapse(targets, [&](NeuronId source, SynapseIndex, std::uint32_t target) {
        source_ids[next[target]++] = source;
    });
}

void NetworkEdgeProvider::synapses(TargetRange targets, std::vector<SynapseIndex>& synapses) const {
    auto next = edge_offsets(targets);
    synapses.resize(next.back());
    for_each_synapse(targets, [&](NeuronId, SynapseIndex k, std::uint32_t target) {
        synapses[next[target]++] = k;
    });
}

const char* projection_name(Projection projection) {
    switch (projection) {
        case Projection::exc_exc:
            return "exc_exc";
        case Projection::exc_inh:
            return "exc_inh";
        case Projection::inh_exc:
            return "inh_exc";
        case Projection::inh_inh:
            break;
    }
    return "inh_inh";
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/network_edges.hpp"

#include <algorithm>

namespace engram {

namespace {

const SynapseTable& table_of(const Network& network, std::size_t projection) {
    for (const FixedSynapses& fixed : network.fixed())
        if (fixed.projection == projection) return fixed.table;
    return network.plastic();
}

}  // namespace

NetworkEdgeProvider::NetworkEdgeProvider(const Network& network, const SynapseTable& table,
                                         Ids sources, Ids targets)
    : network_(network), table_(table), sources_(sources), targets_(targets) {}

NetworkEdgeProvider::NetworkEdgeProvider(const Network& network, std::size_t projection)
    : network_(network), table_(table_of(network, projection)) {
    const Projection& p = network.projections()[projection];
    const Population& from = network.populations()[p.from];
    const Population& to = network.populations()[p.to];
    sources_ = {p.plastic ? from.first : 0, from.count};
    targets_ = {to.first, to.count};
}

NetworkEdgeProvider NetworkEdgeProvider::all_plastic(const Network& network) {
    const NeuronId end = network.populations().excitatory_end();
    return {network, network.plastic(), {0, end}, {0, end}};
}

std::vector<TargetRange> NetworkEdgeProvider::local_targets() const {
    std::vector<TargetRange> result;
    for (const NeuronRange& range : network_.partition().ranges(network_.rank())) {
        const NeuronId first = std::max(range.first, targets_.first);
        const NeuronId end = std::min(range.first + range.count, targets_.first + targets_.count);
        if (first < end) result.push_back({first - targets_.first, end - first});
    }
    return result;
}

std::uint32_t NetworkEdgeProvider::local_begin(TargetRange targets) const {
    return network_.partition().local_index(static_cast<NeuronId>(targets.first + targets_.first));
}

void NetworkEdgeProvider::in_degrees(TargetRange targets, std::span<std::uint64_t> degrees) const {
    std::fill(degrees.begin(), degrees.end(), 0);
    for_each_synapse(targets,
                     [&](NeuronId, SynapseIndex, std::uint32_t target) { ++degrees[target]; });
}

SynapseIndex NetworkEdgeProvider::n_synapses() const {
    SynapseIndex n = 0;
    for (const TargetRange& range : local_targets())
        for_each_synapse(range, [&](NeuronId, SynapseIndex, std::uint32_t) { ++n; });
    return n;
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

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/network_edges.hpp"

#include <algorithm>
#include <numeric>

#include "base/contracts.hpp"

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
    count_edges();
}

NetworkEdgeProvider NetworkEdgeProvider::all_plastic(const Network& network) {
    NetworkEdgeProvider provider = plastic_without_count(network);
    provider.count_edges();
    return provider;
}

NetworkEdgeProvider NetworkEdgeProvider::all_plastic(
    const Network& network, std::span<const NetworkEdgeProvider> projections) {
    NetworkEdgeProvider all = plastic_without_count(network);
    all.prepare_count();
    for (std::size_t p = 0; p < projections.size(); ++p) {
        if (!network.projections()[p].plastic) continue;
        const NetworkEdgeProvider& part = projections[p];
        const std::size_t shift = part.first_local_ - all.first_local_;
        for (std::size_t i = 0; i + 1 < part.first_edge_.size(); ++i)
            all.first_edge_[shift + i + 1] += part.first_edge_[i + 1] - part.first_edge_[i];
    }
    std::partial_sum(all.first_edge_.begin(), all.first_edge_.end(), all.first_edge_.begin());
    return all;
}

NetworkEdgeProvider NetworkEdgeProvider::plastic_without_count(const Network& network) {
    const NeuronId end = network.populations().excitatory_end();
    return {network, network.plastic(), {0, end}, {0, end}};
}

// All numbers are zero then. Returns the local targets.
NetworkEdgeProvider::LocalNeurons NetworkEdgeProvider::prepare_count() {
    const std::vector<TargetRange> targets = local_targets();
    const LocalNeurons local = targets.empty() ? LocalNeurons{} : local_neurons(targets);
    first_local_ = local.begin;
    first_edge_.assign(local.end - local.begin + 1, 0);
    return local;
}

void NetworkEdgeProvider::count_edges() {
    const LocalNeurons local = prepare_count();
    if (local.begin == local.end) return;
    const std::uint32_t n = local.end - local.begin;
    const std::span<SynapseIndex> numbers = std::span(first_edge_).subspan(1);
    for (NeuronId source = 0; source < sources_.count; ++source)
        for (const std::uint32_t target : table_.row(sources_.first + source))
            if (const std::uint32_t i = target - local.begin; i < n) ++numbers[i];
    std::partial_sum(first_edge_.begin(), first_edge_.end(), first_edge_.begin());
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

std::uint32_t NetworkEdgeProvider::local_index(std::uint64_t target) const {
    return network_.partition().local_index(static_cast<NeuronId>(target + targets_.first));
}

NetworkEdgeProvider::LocalNeurons NetworkEdgeProvider::local_neurons(LocalTargets targets) const {
    const TargetRange& last = targets.back();
    const LocalNeurons local{local_index(targets.front().first),
                             local_index(last.first + last.count - 1) + 1};
    std::uint64_t n_targets = 0;
    for (const TargetRange& range : targets) n_targets += range.count;
    ENGRAM_EXPECT(n_targets == local.end - local.begin);
    return local;
}

void NetworkEdgeProvider::in_degrees(std::span<std::uint64_t> degrees) const {
    std::size_t i = 0;
    for (const TargetRange& range : local_targets())
        for (auto target = range.first; target < range.first + range.count; ++target, ++i)
            degrees[target] = first_edge_[i + 1] - first_edge_[i];
}

SynapseIndex NetworkEdgeProvider::n_synapses(LocalTargets targets) const {
    if (targets.empty()) return 0;
    const LocalNeurons local = local_neurons(targets);
    return first_edge_[local.end - first_local_] - first_edge_[local.begin - first_local_];
}

void NetworkEdgeProvider::sources(LocalTargets targets,
                                  std::vector<std::uint32_t>& source_ids) const {
    source_ids.resize(n_synapses(targets));
    for_each_row(targets,
                 [&](NeuronId source, SynapseIndex, std::span<const std::uint64_t> positions) {
                     for (const std::uint64_t position : positions) source_ids[position] = source;
                 });
}

}  // namespace engram

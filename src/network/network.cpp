// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <algorithm>

#include "network/synapse_table_builder.hpp"

namespace engram {

Network::Network(const Experiment& experiment, const Wiring& wiring, Partition partition, int rank)
    : partition_(partition),
      populations_(experiment.populations),
      projections_(experiment.projections()),
      rank_(rank),
      n_local_(partition_.n_local(rank)),
      local_ranges_(populations_.n_populations()) {
    const auto ranges = partition_.ranges(rank);
    for (std::size_t p = 0; p < populations_.n_populations(); ++p) {
        LocalRange& local = local_ranges_[p];
        local.begin = local.end = p == 0 ? 0 : local_ranges_[p - 1].end;
        for (const NeuronRange& range : ranges) {
            const NeuronId first = std::max(range.first, populations_[p].first);
            const NeuronId end = std::min(range.first + range.count, populations_[p].end());
            if (first < end) local.end += end - first;
        }
    }

    excitatory_.resize(n_local_);
    for (const LocalRange& local : excitatory_ranges())
        std::fill(excitatory_.begin() + local.begin, excitatory_.begin() + local.end, 1);

    for (std::size_t p = 0; p < projections_.size(); ++p)
        if (!projections_[p].plastic) fixed_.push_back({p, projections_[p].from, {}});
    build_tables(wiring, ranges);
}

void Network::build_tables(const Wiring& wiring, std::span<const NeuronRange> ranges) {
    std::size_t n_plastic_lists = 0;
    for (const Projection& projection : projections_)
        if (projection.plastic) n_plastic_lists += local_ranges_[projection.to].size();
    SynapseTableBuilder plastic(populations_.excitatory_end(), n_plastic_lists);
    std::vector<SynapseTableBuilder> fixed;
    for (const FixedSynapses& synapses : fixed_)
        fixed.emplace_back(populations_[synapses.from].count,
                           local_ranges_[projections_[synapses.projection].to].size());
    // A table for each pair of populations, and where its rows begin.
    struct Place {
        SynapseTableBuilder* table = nullptr;
        NeuronId first = 0;
    };
    const std::size_t n = populations_.n_populations();
    std::vector<Place> places(n * n);
    for (const Projection& projection : projections_)
        if (projection.plastic) places[projection.from * n + projection.to] = {&plastic, 0};
    for (std::size_t i = 0; i < fixed_.size(); ++i)
        places[fixed_[i].from * n + projections_[fixed_[i].projection].to] = {
            &fixed[i], populations_[fixed_[i].from].first};
    for (const NeuronRange& range : ranges)
        wiring.visit(range.first, range.count,
                     [&](NeuronId target, std::span<const NeuronId> sources) {
                         const std::uint32_t local = range.local + (target - range.first);
                         const std::size_t to = populations_.index_of(target);
                         std::size_t from = 0;
                         for (auto begin = sources.begin(); begin != sources.end();) {
                             while (*begin >= populations_[from].end()) ++from;
                             const auto end =
                                 std::lower_bound(begin, sources.end(), populations_[from].end());
                             const Place& place = places[from * n + to];
                             place.table->add(local, {begin, end}, place.first);
                             begin = end;
                         }
                     });
    // One after the other, so that what each has collected is freed before the next is made.
    plastic_ = plastic.finish();
    for (std::size_t i = 0; i < fixed_.size(); ++i) fixed_[i].table = fixed[i].finish();
}

std::vector<LocalRange> Network::excitatory_ranges() const {
    std::vector<LocalRange> ranges;
    for (std::size_t p = 0; p < populations_.n_populations(); ++p)
        if (populations_[p].is_excitatory()) ranges.push_back(local_ranges_[p]);
    return ranges;
}

std::vector<NeuronId> Network::global_ids() const {
    std::vector<NeuronId> ids(n_local_);
    for (std::uint32_t j = 0; j < n_local_; ++j) ids[j] = global_id(j);
    return ids;
}

SynapseIndex Network::n_fixed() const {
    SynapseIndex sum = 0;
    for (const FixedSynapses& fixed : fixed_) sum += fixed.table.size();
    return sum;
}

}  // namespace engram

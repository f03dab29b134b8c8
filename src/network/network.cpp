// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <algorithm>

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
    // A table for each pair of populations, and where its rows begin.
    struct Place {
        SynapseTable* table = nullptr;
        NeuronId first = 0;
    };
    const std::size_t n = populations_.n_populations();
    std::vector<Place> places(n * n);
    for (const Projection& projection : projections_)
        if (projection.plastic) places[projection.from * n + projection.to] = {&plastic_, 0};
    for (FixedSynapses& fixed : fixed_)
        places[fixed.from * n + projections_[fixed.projection].to] = {
            &fixed.table, populations_[fixed.from].first};
    const auto visit_all = [&](auto&& connect) {
        for (const NeuronRange& range : ranges)
            wiring.visit(range.first, range.count,
                         [&](NeuronId target, std::span<const NeuronId> sources) {
                             const std::uint32_t local = range.local + (target - range.first);
                             const std::size_t to = populations_.index_of(target);
                             std::size_t from = 0;
                             for (const NeuronId source : sources) {
                                 while (source >= populations_[from].end()) ++from;
                                 const Place& place = places[from * n + to];
                                 connect(*place.table, source - place.first, local);
                             }
                         });
    };

    // Drawing the wiring twice is cheaper than holding it twice.
    plastic_.start_counting(populations_.excitatory_end());
    for (FixedSynapses& fixed : fixed_) fixed.table.start_counting(populations_[fixed.from].count);
    visit_all([](SynapseTable& table, NeuronId row, std::uint32_t) { table.count(row); });
    const auto for_all_tables = [&](const auto& work) {
        work(plastic_);
        for (FixedSynapses& fixed : fixed_) work(fixed.table);
    };
    for_all_tables([](SynapseTable& table) { table.start_adding(); });
    visit_all(
        [](SynapseTable& table, NeuronId row, std::uint32_t local) { table.add(row, local); });
    for_all_tables([](SynapseTable& table) { table.finish_adding(); });
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

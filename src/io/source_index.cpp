// SPDX-License-Identifier: Apache-2.0
#include "io/source_index.hpp"

#include <algorithm>

#include "base/collective.hpp"
#include "io/even_share.hpp"

namespace engram {
namespace {

struct SourceEdge {
    std::uint64_t source;
    std::uint64_t edge;
    auto operator<=>(const SourceEdge&) const = default;
};

// MPI type of a SourceEdge, so that counts stay counts of edges.
class SourceEdgeType {
  public:
    SourceEdgeType() {
        MPI_Type_contiguous(2, MPI_UINT64_T, &type_);
        MPI_Type_commit(&type_);
    }
    ~SourceEdgeType() { MPI_Type_free(&type_); }
    SourceEdgeType(const SourceEdgeType&) = delete;
    SourceEdgeType& operator=(const SourceEdgeType&) = delete;
    operator MPI_Datatype() const { return type_; }

  private:
    MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

std::vector<SourceEdge> exchange(const std::vector<std::vector<SourceEdge>>& outgoing,
                                 MPI_Comm comm) {
    const std::size_t n_ranks = outgoing.size();
    std::vector<int> send_counts(n_ranks), send_begins(n_ranks);
    std::vector<int> receive_counts(n_ranks), receive_begins(n_ranks);
    std::vector<SourceEdge> sent;
    for (std::size_t rank = 0; rank < n_ranks; ++rank) {
        send_counts[rank] = static_cast<int>(outgoing[rank].size());
        send_begins[rank] = static_cast<int>(sent.size());
        sent.insert(sent.end(), outgoing[rank].begin(), outgoing[rank].end());
    }
    MPI_Alltoall(send_counts.data(), 1, MPI_INT, receive_counts.data(), 1, MPI_INT, comm);
    int total = 0;
    for (std::size_t rank = 0; rank < n_ranks; ++rank) {
        receive_begins[rank] = total;
        total += receive_counts[rank];
    }
    std::vector<SourceEdge> received(static_cast<std::size_t>(total));
    const SourceEdgeType type;
    MPI_Alltoallv(sent.data(), send_counts.data(), send_begins.data(), type, received.data(),
                  receive_counts.data(), receive_begins.data(), type, comm);
    return received;
}

// The edges of this rank whose source lies in [bounds[0], bounds[n]), one list for each of the n
// slices that the bounds delimit.
std::vector<std::vector<SourceEdge>> collect(const EdgeProvider& provider, const EdgeLayout& layout,
                                             const std::vector<EdgeRound>& rounds,
                                             std::span<const std::uint64_t> bounds) {
    std::vector<std::vector<SourceEdge>> slices(bounds.size() - 1);
    std::vector<std::uint32_t> sources;
    for (const EdgeRound& round : rounds) {
        provider.sources(round.targets, sources);
        auto begin = sources.begin();
        for (const TargetRange& range : round.targets) {
            for (std::uint64_t i = 0; i < range.count; ++i) {
                const std::uint64_t target = range.first + i;
                const auto end = begin + static_cast<std::ptrdiff_t>(layout.in_degree(target));
                auto source = std::lower_bound(begin, end, bounds.front());
                for (std::size_t slice = 0; source != end && *source < bounds.back(); ++source) {
                    while (*source >= bounds[slice + 1]) ++slice;
                    const auto edge =
                        layout.first_edge(target) + static_cast<std::uint64_t>(source - begin);
                    slices[slice].push_back({*source, edge});
                }
                begin = end;
            }
        }
    }
    return slices;
}

// {first, last + 1} of each run of consecutive edge ids of a source.
std::vector<std::uint64_t> to_ranges(std::vector<SourceEdge> edges) {
    std::sort(edges.begin(), edges.end());
    std::vector<std::uint64_t> ranges;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const bool continues = i > 0 && edges[i].source == edges[i - 1].source &&
                               edges[i].edge == edges[i - 1].edge + 1;
        if (continues) {
            ++ranges.back();
        } else {
            ranges.insert(ranges.end(), {edges[i].edge, edges[i].edge + 1});
        }
    }
    return ranges;
}

}  // namespace

SourceIndex::SourceIndex(std::uint64_t n_sources, std::uint64_t n_targets)
    : first_range_(n_sources + 1, 0), first_source_(n_targets, 0), last_source_(n_targets, 0) {}

void SourceIndex::count(LocalTargets targets, const EdgeLayout& layout,
                        std::span<const std::uint32_t> source_ids) {
    for (const TargetRange& range : targets)
        for (auto target = range.first; target < range.first + range.count; ++target) {
            const std::uint64_t degree = layout.in_degree(target);
            if (degree == 0) continue;
            for (std::uint64_t k = 0; k < degree; ++k) {
                if (k == 0 || source_ids[k] != source_ids[k - 1]) ++first_range_[source_ids[k] + 1];
            }
            first_source_[target] = source_ids.front();
            last_source_[target] = source_ids[degree - 1];
            source_ids = source_ids.subspan(degree);
        }
}

void SourceIndex::finish_counting(const EdgeLayout& layout, MPI_Comm comm) {
    sum_over_ranks(comm, first_range_);
    sum_over_ranks(comm, first_source_);
    sum_over_ranks(comm, last_source_);
    // The last edge of a target and the first of the next one have adjacent ids.
    bool any_before = false;
    std::uint64_t source_before = 0;
    for (std::uint64_t target = 0; target < layout.n_targets(); ++target) {
        if (layout.in_degree(target) == 0) continue;
        if (any_before && source_before == first_source_[target]) {
            --first_range_[source_before + 1];
        }
        any_before = true;
        source_before = last_source_[target];
    }
    for (std::size_t source = 1; source < first_range_.size(); ++source) {
        first_range_[source] += first_range_[source - 1];
    }
    first_source_ = {};
    last_source_ = {};
}

// Bounds of runs of sources with about equally many ranges.
std::vector<std::uint64_t> SourceIndex::slices(std::uint64_t ranges_per_slice) const {
    const std::uint64_t n_sources = first_range_.size() - 1;
    std::vector<std::uint64_t> bounds{0};
    for (std::uint64_t source = 0; source < n_sources; ++source) {
        const std::uint64_t held = first_range_[source] - first_range_[bounds.back()];
        const std::uint64_t added = first_range_[source + 1] - first_range_[source];
        if (held > 0 && held + added > ranges_per_slice) bounds.push_back(source);
    }
    bounds.push_back(n_sources);
    return bounds;
}

IndexPlaces SourceIndex::lay_out(FileLayout& file, hid_t group) const {
    return {file, group, first_range_.size() - 1, first_range_.back()};
}

void SourceIndex::write(ParallelFile& file, const IndexPlaces& places, const EdgeProvider& provider,
                        const EdgeLayout& layout, std::uint64_t edges_per_round) const {
    const MPI_Comm comm = file.communicator();
    places.write_nodes(file, edges_per_round, first_range_);
    const auto n_ranks = static_cast<std::size_t>(size_of(comm));
    const auto rank = static_cast<std::size_t>(rank_of(comm));
    const std::vector<EdgeRound> rounds = layout.rounds(edges_per_round);
    const std::uint64_t fair_share = (first_range_.back() + n_ranks - 1) / n_ranks;
    const std::vector<std::uint64_t> bounds = slices(std::min(edges_per_round, fair_share));
    for (std::size_t begin = 0; begin + 1 < bounds.size(); begin += n_ranks) {
        // One slice for each rank; none for the last ranks in the last round.
        std::vector<std::uint64_t> window(n_ranks + 1);
        for (std::size_t i = 0; i <= n_ranks; ++i) {
            window[i] = bounds[std::min(begin + i, bounds.size() - 1)];
        }
        const auto outgoing = collect(provider, layout, rounds, window);
        const std::vector<std::uint64_t> ranges = to_ranges(exchange(outgoing, comm));
        const h5::Slab slab{first_range_[window[rank]], ranges.size() / 2};
        file.write(places.range_to_edge_id, slab, std::span<const std::uint64_t>(ranges));
    }
}

}  // namespace engram

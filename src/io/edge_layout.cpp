// SPDX-License-Identifier: Apache-2.0
#include "io/edge_layout.hpp"

#include <algorithm>
#include <span>

#include "base/collective.hpp"

namespace engram {
namespace {

// The cost of selecting slabs in HDF5 1.10 grows with the square of their number.
constexpr std::size_t slabs_per_round = 256;

void append_slab(std::vector<h5::Slab>& slabs, h5::Slab slab) {
    if (slab.count == 0) return;
    if (!slabs.empty() && slabs.back().first + slabs.back().count == slab.first) {
        slabs.back().count += slab.count;
    } else {
        slabs.push_back(slab);
    }
}

}  // namespace

EdgeLayout::EdgeLayout(const EdgeProvider& provider, std::uint64_t n_targets, MPI_Comm comm)
    : comm_(comm), local_targets_(provider.local_targets()), first_edge_(n_targets + 1, 0) {
    const std::span<std::uint64_t> degrees = std::span(first_edge_).subspan(1);
    provider.in_degrees(degrees);
    sum_over_ranks(comm, degrees);
    for (std::size_t target = 0; target < n_targets; ++target) {
        first_edge_[target + 1] += first_edge_[target];
    }
}

std::vector<EdgeRound> EdgeLayout::rounds(std::uint64_t edges_per_round) const {
    std::vector<EdgeRound> rounds;
    EdgeRound round;
    const auto finish_round = [&] {
        if (round.n_edges > 0) rounds.push_back(std::move(round));
        round = {};
    };
    for (const TargetRange& range : local_targets_) {
        const std::uint64_t end = range.first + range.count;
        for (std::uint64_t target = range.first; target < end;) {
            const std::uint64_t begin = target;
            while (target < end &&
                   (round.n_edges == 0 || round.n_edges + in_degree(target) <= edges_per_round)) {
                round.n_edges += in_degree(target++);
            }
            if (target > begin) {
                round.targets.push_back({begin, target - begin});
                append_slab(round.edges,
                            {first_edge(begin), first_edge(target) - first_edge(begin)});
            }
            if (target < end || round.edges.size() == slabs_per_round) finish_round();
        }
    }
    finish_round();
    unsigned long long n_rounds = rounds.size();
    MPI_Allreduce(MPI_IN_PLACE, &n_rounds, 1, MPI_UNSIGNED_LONG_LONG, MPI_MAX, comm_);
    rounds.resize(n_rounds);
    return rounds;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "network/partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/errors.hpp"
#include "base/messages.hpp"

namespace engram {

namespace {

// Small enough for an even share of everything, large enough for long contiguous pieces in files.
NeuronId choose_chunk_size(NeuronId n_neurons, NeuronId n_ranks) {
    constexpr NeuronId chunks_per_rank = 16;
    constexpr NeuronId vector_multiple = 64;
    const NeuronId ideal = n_neurons / (n_ranks * chunks_per_rank);
    if (ideal >= vector_multiple) return ideal / vector_multiple * vector_multiple;
    return std::bit_floor(std::max<NeuronId>(1, ideal));
}

}  // namespace

Partition::Partition(NeuronId n_neurons, int n_ranks) : n_neurons_(n_neurons), n_ranks_(n_ranks) {
    if (static_cast<NeuronId>(n_ranks) > n_neurons)
        throw UsageError(fmt::format(
            "cannot divide {} among {} ranks (each needs at least one); start at most {}",
            counted(n_neurons, "neuron"), n_ranks, counted(n_neurons, "rank")));
    chunk_ = choose_chunk_size(n_neurons, ranks());
}

std::vector<NeuronRange> Partition::ranges(int rank) const {
    std::vector<NeuronRange> result;
    std::uint32_t local = 0;
    for (std::uint64_t first = static_cast<std::uint64_t>(rank) * chunk_; first < n_neurons_;
         first += static_cast<std::uint64_t>(chunk_) * ranks()) {
        const NeuronId count =
            std::min<NeuronId>(chunk_, n_neurons_ - static_cast<NeuronId>(first));
        result.push_back({static_cast<NeuronId>(first), count, local});
        local += count;
    }
    return result;
}

std::uint32_t Partition::n_local(int rank) const {
    std::uint32_t count = 0;
    for (const NeuronRange& range : ranges(rank)) count += range.count;
    return count;
}

}  // namespace engram

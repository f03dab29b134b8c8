// SPDX-License-Identifier: Apache-2.0
#include "simulation/spike_exchange.hpp"

#include <algorithm>

#include "base/contracts.hpp"

namespace engram {

namespace {
// First word: number of spikes (low half) and flags (high half); then the first spikes.
constexpr std::size_t message_words = 32;
constexpr std::size_t message_spikes = message_words - 1;
}  // namespace

SpikeExchange::SpikeExchange(MPI_Comm communicator) : communicator_(communicator) {
    MPI_Comm_size(communicator_, &n_ranks_);
    send_.resize(message_words);
    received_.resize(message_words * n_ranks_);
    counts_.resize(n_ranks_);
    offsets_.resize(n_ranks_);
}

// For many hundreds of ranks a directed all-to-all would be faster.
std::uint32_t SpikeExchange::exchange(std::span<const PackedSpike> local, std::uint32_t flags,
                                      std::vector<PackedSpike>& all) {
    ENGRAM_EXPECT(local.size() <= 0xffffffffu);
    all.clear();
    if (n_ranks_ == 1) {
        all.assign(local.begin(), local.end());
        std::sort(all.begin(), all.end());
        return flags;
    }
    const double start = MPI_Wtime();
    const std::size_t n_first = std::min(local.size(), message_spikes);
    send_[0] = static_cast<std::uint64_t>(flags) << 32 | local.size();
    std::copy_n(local.begin(), n_first, send_.begin() + 1);
    MPI_Allgather(send_.data(), message_words, MPI_UINT64_T, received_.data(), message_words,
                  MPI_UINT64_T, communicator_);
    ++counters_.calls;
    counters_.bytes_received += received_.size() * sizeof(std::uint64_t);

    std::uint32_t all_flags = 0;
    int n_overflow = 0;
    for (int rank = 0; rank < n_ranks_; ++rank) {
        const std::uint64_t* message = &received_[message_words * rank];
        const auto count = static_cast<std::size_t>(message[0] & 0xffffffffu);
        all_flags |= static_cast<std::uint32_t>(message[0] >> 32);
        all.insert(all.end(), message + 1, message + 1 + std::min(count, message_spikes));
        counts_[rank] = static_cast<int>(count - std::min(count, message_spikes));
        offsets_[rank] = n_overflow;
        n_overflow += counts_[rank];
    }
    if (n_overflow > 0) {
        overflow_.resize(n_overflow);
        MPI_Allgatherv(local.data() + n_first, static_cast<int>(local.size() - n_first),
                       MPI_UINT64_T, overflow_.data(), counts_.data(), offsets_.data(),
                       MPI_UINT64_T, communicator_);
        all.insert(all.end(), overflow_.begin(), overflow_.end());
        ++counters_.calls;
        ++counters_.overflow_calls;
        counters_.bytes_received += overflow_.size() * sizeof(std::uint64_t);
    }
    std::sort(all.begin(), all.end());
    counters_.seconds += MPI_Wtime() - start;
    return all_flags;
}

}  // namespace engram

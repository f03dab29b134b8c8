// SPDX-License-Identifier: Apache-2.0
#include "simulation/spike_exchange.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/collective.hpp"
#include "base/contracts.hpp"
#include "simulation/sort_spikes.hpp"

namespace engram {

namespace {

constexpr int spike_tag = 1;

// Of each message: the number of spikes (low half) and the flags (high half); and n_of_rest_.
constexpr std::size_t header_words = 2;
// Small enough that MPI sends it at once, without asking the receiver first (Open MPI on one node:
// below 4096 bytes with its own header).
constexpr std::size_t message_words = header_words + SpikeExchange::spikes_per_message;

}  // namespace

struct SpikeExchange::Buffers {
    std::vector<std::uint64_t> gathered;  //!< a header, and the spikes of rank, rank + 1, ...
    std::vector<std::uint64_t> received;  //!< a message for each round
    std::vector<MPI_Request> receiving;   //!< by round
    std::array<MPI_Request, 2> sending{MPI_REQUEST_NULL, MPI_REQUEST_NULL};
};

SpikeExchange::SpikeExchange(MPI_Comm communicator, RunClock& clock)
    : communicator_(communicator),
      clock_(clock),
      rank_(rank_of(communicator)),
      n_ranks_(size_of(communicator)),
      n_rounds_(std::bit_width(static_cast<unsigned>(n_ranks_ - 1))),
      buffers_(std::make_unique<Buffers>()) {
    const auto n_rounds = static_cast<std::size_t>(n_rounds_);
    buffers_->received.resize(n_rounds * message_words);
    buffers_->receiving.resize(n_rounds, MPI_REQUEST_NULL);
}

// A rank that fails cannot wait for the others, and MPI may use the buffers until the process ends:
// they are left to it.
SpikeExchange::~SpikeExchange() {
    if (!is_open_) return;
    [[maybe_unused]] const Buffers* const left_to_mpi = buffers_.release();
}

void SpikeExchange::begin(std::span<const PackedSpike> local, std::uint32_t flags) {
    ENGRAM_EXPECT(!is_open_);
    is_open_ = true;
    flags_ = flags;
    n_of_rest_ = 0;
    buffers_->gathered.resize(header_words);
    buffers_->gathered.insert(buffers_->gathered.end(), local.begin(), local.end());
    if (n_ranks_ == 1) return;
    clock_.enter(RunPart::exchange);
    has_overflown_ = false;
    // Before any message can come, so that none has to be kept elsewhere.
    for (int round = 0; round < n_rounds_; ++round)
        MPI_Irecv(&buffers_->received[static_cast<std::size_t>(round) * message_words],
                  message_words, MPI_UINT64_T, (rank_ + (1 << round)) % n_ranks_, spike_tag,
                  communicator_, &buffers_->receiving[static_cast<std::size_t>(round)]);
    send(0);
}

std::uint32_t SpikeExchange::finish(std::vector<PackedSpike>& all) {
    ENGRAM_EXPECT(is_open_);
    clock_.enter(n_ranks_ == 1 ? RunPart::exchange : RunPart::waiting);
    for (int round = 0; round < n_rounds_; ++round) {
        if (round > 0) send(round);
        receive(round);
    }
    if (n_ranks_ > 1) {
        clock_.enter(RunPart::exchange);
        ++counters_.calls;
        if (has_overflown_) ++counters_.overflow_calls;
    }
    is_open_ = false;
    all.assign(buffers_->gathered.begin() + header_words, buffers_->gathered.end());
    sort_spikes(all, scratch_);
    return flags_;
}

// If R is no power of two, there are fewer than 2^k ranks left in the last round k: R mod 2^k.
// Their spikes come first of those that this rank has. How many they are, ranks find on the way:
// n_of_rest_ counts the spikes of the first R mod 2^k ranks from this one.
void SpikeExchange::send(int round) {
    std::vector<std::uint64_t>& gathered = buffers_->gathered;
    const int distance = 1 << round;
    const bool is_rest = 2 * distance > n_ranks_;
    const std::uint64_t n = is_rest ? n_of_rest_ : gathered.size() - header_words;
    ENGRAM_EXPECT(n <= 0x7fffffffu - header_words);
    gathered[0] = static_cast<std::uint64_t>(flags_) << 32 | n;
    gathered[1] = n_of_rest_;
    const int to = (rank_ - distance + n_ranks_) % n_ranks_;
    const std::size_t n_words = header_words + n;
    const std::size_t n_first = std::min(n_words, message_words);
    MPI_Isend(gathered.data(), static_cast<int>(n_first), MPI_UINT64_T, to, spike_tag,
              communicator_, buffers_->sending.data());
    if (n_words == n_first) return;
    has_overflown_ = true;
    MPI_Isend(gathered.data() + n_first, static_cast<int>(n_words - n_first), MPI_UINT64_T, to,
              spike_tag, communicator_, &buffers_->sending[1]);
}

void SpikeExchange::receive(int round) {
    std::vector<std::uint64_t>& gathered = buffers_->gathered;
    const int distance = 1 << round;
    MPI_Wait(&buffers_->receiving[static_cast<std::size_t>(round)], MPI_STATUS_IGNORE);
    const std::uint64_t* message =
        &buffers_->received[static_cast<std::size_t>(round) * message_words];
    const std::size_t n = message[0] & 0xffffffffu;
    const std::size_t n_first = std::min(n, spikes_per_message);
    flags_ |= static_cast<std::uint32_t>(message[0] >> 32);
    std::vector<std::uint64_t> overflow(n - n_first);
    if (!overflow.empty()) {
        has_overflown_ = true;
        MPI_Recv(overflow.data(), static_cast<int>(overflow.size()), MPI_UINT64_T,
                 (rank_ + distance) % n_ranks_, spike_tag, communicator_, MPI_STATUS_IGNORE);
    }
    // Until then the spikes must stay where they are.
    MPI_Waitall(static_cast<int>(buffers_->sending.size()), buffers_->sending.data(),
                MPI_STATUSES_IGNORE);
    if ((n_ranks_ & distance) != 0) n_of_rest_ = gathered.size() - header_words + message[1];
    gathered.insert(gathered.end(), message + header_words, message + header_words + n_first);
    gathered.insert(gathered.end(), overflow.begin(), overflow.end());
    counters_.bytes_received += (header_words + n) * sizeof(std::uint64_t);
}

}  // namespace engram

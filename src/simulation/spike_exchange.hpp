// SPDX-License-Identifier: Apache-2.0
// Exchange of the spikes of one epoch among all ranks.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <span>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

// What the exchange has cost so far on this rank.
struct ExchangeCounters {
    std::uint64_t calls = 0;           //!< collective calls
    std::uint64_t overflow_calls = 0;  //!< of these, second rounds for busy epochs
    std::uint64_t bytes_received = 0;
    double seconds = 0;
};

// One all-gather of fixed size carries counts, flags and the first spikes of every rank; only
// epochs with more need a second round. Within one node or a few this is the fastest there is.
class SpikeExchange {
  public:
    explicit SpikeExchange(MPI_Comm communicator);
    //! Collective. Fills `all` with the spikes of every rank, sorted by step, then neuron, and
    //! returns the bitwise or of every rank's `flags`.
    std::uint32_t exchange(std::span<const PackedSpike> local, std::uint32_t flags,
                           std::vector<PackedSpike>& all);
    const ExchangeCounters& counters() const { return counters_; }

  private:
    MPI_Comm communicator_;
    int n_ranks_ = 1;
    std::vector<std::uint64_t> send_;
    std::vector<std::uint64_t> received_;
    std::vector<std::uint64_t> overflow_;
    std::vector<int> counts_;
    std::vector<int> offsets_;
    ExchangeCounters counters_;
};

}  // namespace engram

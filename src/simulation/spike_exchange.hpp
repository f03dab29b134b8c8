// SPDX-License-Identifier: Apache-2.0
// Exchange of the spikes of one epoch among all ranks.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simulation/run_clock.hpp"
#include "simulation/spike.hpp"

namespace engram {

// What the exchange has cost so far on this rank; the time is that of the run's clock.
struct ExchangeCounters {
    std::uint64_t calls = 0;           //!< exchanges with other ranks
    std::uint64_t overflow_calls = 0;  //!< of these, such that took a second message in some round
    std::uint64_t bytes_received = 0;
};

// In round k every rank hands on what it has of 2^k ranks, itself included, and so has the spikes
// of R ranks after log2(R) rounds, rounded up. A message has a header and the spikes that there
// are: ranks without spikes cost neither bytes nor time. Messages have room for the spikes of most
// epochs; what is more follows in a second one.
//
// All-gathers send as much for a rank without spikes as for one with many. Those of Open MPI that
// do not block send R messages.
class SpikeExchange {
  public:
    //! Both must outlive it.
    //! \param communicator  no other messages from rank to rank pass through it with the same tag
    //! \param clock         told what the time is spent on, if there are other ranks
    SpikeExchange(MPI_Comm communicator, RunClock& clock);
    SpikeExchange(const SpikeExchange&) = delete;
    SpikeExchange& operator=(const SpikeExchange&) = delete;
    //! Between begin and finish only if the rank gives up, and so all have to be ended.
    ~SpikeExchange();

    //! Begins an exchange, and does not wait. Each begin is followed by a finish.
    void begin(std::span<const PackedSpike> local, std::uint32_t flags);
    //! Collective. Fills `all` with the spikes of every rank, sorted by step, then neuron, and
    //! returns the bitwise or of every rank's `flags`.
    std::uint32_t finish(std::vector<PackedSpike>& all);

    const ExchangeCounters& counters() const { return counters_; }

    //! Spikes that the first message of a round has room for.
    static constexpr std::size_t spikes_per_message = 480;

  private:
    struct Buffers;

    void send(int round);
    void receive(int round);

    MPI_Comm communicator_;
    RunClock& clock_;
    int rank_ = 0;
    int n_ranks_ = 1;
    int n_rounds_ = 0;
    std::unique_ptr<Buffers> buffers_;  //!< which MPI uses between begin and finish
    bool is_open_ = false;              //!< begun, and not finished
    std::uint32_t flags_ = 0;           //!< of the ranks so far
    std::uint64_t n_of_rest_ = 0;       //!< see send
    bool has_overflown_ = false;        //!< in the present exchange
    std::vector<PackedSpike> scratch_;
    ExchangeCounters counters_;
};

}  // namespace engram

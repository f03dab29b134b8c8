// SPDX-License-Identifier: Apache-2.0
// Mean weights within, out of, into and between groups of neurons that may overlap.
#pragma once

#include <mpi.h>

#include <array>
#include <cstdint>
#include <vector>

#include "network/network.hpp"
#include "simulation/snapshot.hpp"

namespace engram {

// Over some synapses; NaN without any.
struct MeanWeight {
    double h_mV = 0;
    double z = 0;
};

class GroupWeights {
  public:
    //! Within a group, from it to others, from others to it, between others.
    enum Direction { within, out, into, elsewhere };

    //! \param members  of each group, 1 by neuron
    explicit GroupWeights(const std::vector<std::vector<char>>& members);

    std::size_t n_groups() const { return n_groups_; }
    //! In mean_between, the neurons of no group.
    std::size_t no_group() const { return n_groups_; }

    //! Collective. Takes the weights of the plastic synapses of all ranks in place of those before.
    void take(const Network& network, const SnapshotView& snapshot, MPI_Comm communicator);

    MeanWeight mean(std::size_t group, Direction direction) const;
    //! From the neurons of one group to those of another; a neuron counts for each of its groups.
    MeanWeight mean_between(std::size_t from, std::size_t to) const;

  private:
    // Sums of h and z in quanta, and the number of synapses: integers, so that a mean does not
    // depend on how the synapses are shared among ranks. Differences may wrap around and back.
    using Sums = std::array<std::uint64_t, 3>;

    static MeanWeight mean_of(const Sums& sums);
    std::size_t place(std::size_t from, std::size_t to) const {
        return from * (n_groups_ + 1) + to;
    }

    std::size_t n_groups_;
    std::vector<std::uint32_t> first_;   // by neuron: where its groups begin among those below
    std::vector<std::uint32_t> groups_;  // no_group() alone of a neuron of none
    std::vector<Sums> between_;          // by pair of groups, see place()
    std::vector<Sums> from_;             // by group: from its neurons to any
    std::vector<Sums> to_;
    Sums all_{};
};

}  // namespace engram

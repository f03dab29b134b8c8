// SPDX-License-Identifier: Apache-2.0
// The plastic synapses of a rank in the order in which files have them.
#pragma once

#include <mpi.h>

#include <vector>

#include "io/edge_layout.hpp"
#include "io/network_edges.hpp"

namespace engram {

//! Transfers in rounds of limited size. Memory grows with the number of neurons only.
class SynapseOrder {
  public:
    //! Collective. The network must outlive this.
    SynapseOrder(const Network& network, MPI_Comm comm)
        : provider_(NetworkEdgeProvider::all_plastic(network)),
          layout_(provider_, network.populations().excitatory_end(), comm),
          rounds_(layout_.rounds(default_edges_per_round)) {}

    //! On all ranks together.
    std::uint64_t n_synapses() const { return layout_.n_edges(); }
    const std::vector<EdgeRound>& rounds() const { return rounds_; }

    //! Calls visit(first, positions) for the synapses of a round in each row of the table: the
    //! index of the first of them, and of all their positions among the rows of the round.
    template <class Visit>
    void for_each_row(const EdgeRound& round, Visit&& visit) const {
        provider_.for_each_row(round.targets, [&](NeuronId, SynapseIndex first,
                                                  std::span<const std::uint64_t> positions) {
            visit(first, positions);
        });
    }

    //! Calls visit(position, synapse) for each synapse of a round: its position among the rows of
    //! the round, and its index in the table, ascending within a row of the table.
    template <class Visit>
    void for_each(const EdgeRound& round, Visit&& visit) const {
        provider_.for_each_synapse(round.targets, visit);
    }

  private:
    NetworkEdgeProvider provider_;
    EdgeLayout layout_;
    std::vector<EdgeRound> rounds_;
};

}  // namespace engram

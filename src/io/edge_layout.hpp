// SPDX-License-Identifier: Apache-2.0
// Where each edge of a population pair goes in a file, and in which portions ranks write them.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <vector>

#include "io/edge_provider.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram {

inline constexpr std::uint64_t default_edges_per_round = std::uint64_t{1} << 20;

//! What one rank contributes to one collective transfer; nothing, once it has run out of edges.
struct EdgeRound {
    std::vector<TargetRange> targets;
    std::vector<h5::Slab> edges;  //!< the rows of the edges of these targets, adjacent ones merged
    std::uint64_t n_edges = 0;
};

//! Global numbering of edges by (target, source). Grows with the number of neurons only.
class EdgeLayout {
  public:
    //! Collective.
    EdgeLayout(const EdgeProvider& provider, std::uint64_t n_targets, MPI_Comm comm);

    std::uint64_t n_targets() const { return first_edge_.size() - 1; }
    std::uint64_t n_edges() const { return first_edge_.back(); }
    //! Id of the first edge of a target; defined for n_targets() too.
    std::uint64_t first_edge(std::uint64_t target) const { return first_edge_[target]; }
    //! Of each target, and the number of edges.
    const std::vector<std::uint64_t>& first_edges() const { return first_edge_; }
    std::uint64_t in_degree(std::uint64_t target) const {
        return first_edge_[target + 1] - first_edge_[target];
    }

    //! The edges of this rank in rounds of about `edges_per_round` at most (but whole targets);
    //! equally many rounds on all ranks. Collective.
    std::vector<EdgeRound> rounds(std::uint64_t edges_per_round) const;

  private:
    MPI_Comm comm_;
    std::vector<TargetRange> local_targets_;
    std::vector<std::uint64_t> first_edge_;
};

}  // namespace engram

// The index from source neurons to their edges, of edges that are stored by target.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <span>
#include <vector>

#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"

namespace engram {

//! Each source has a list of ranges of edge ids, in ascending order, adjacent ids in one range.
//! First every local edge is counted, which fixes where the ranges of each source go; then the
//! edges are sent, a limited number at a time, to the ranks that write their sources.
class SourceIndex {
  public:
    SourceIndex(std::uint64_t n_sources, std::uint64_t n_targets);

    //! Take note of the edges of some local targets.
    void count(TargetRange targets, const EdgeLayout& layout,
               std::span<const std::uint64_t> source_ids);
    //! To be called when each edge has been counted on one rank. Collective.
    void finish_counting(const EdgeLayout& layout, MPI_Comm comm);
    //! Write node_id_to_ranges and range_to_edge_id. Collective.
    void write(hid_t group, const EdgeProvider& provider, const EdgeLayout& layout,
               std::uint64_t edges_per_round, MPI_Comm comm) const;

  private:
    std::vector<std::uint64_t> slices(std::uint64_t ranges_per_slice) const;

    std::vector<std::uint64_t> first_range_;   //!< per source, and the total behind the last
    std::vector<std::uint64_t> first_source_;  //!< per target, while counting
    std::vector<std::uint64_t> last_source_;   //!< per target, while counting
};

}  // namespace engram

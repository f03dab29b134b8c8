// SPDX-License-Identifier: Apache-2.0
// The index from source neurons to their edges, of edges that are stored by target.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <span>
#include <vector>

#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/even_share.hpp"
#include "io/parallel_file.hpp"

namespace engram {

//! SONATA's index from neurons to edges.
struct IndexPlaces {
    DatasetPlace<std::uint64_t> node_id_to_ranges;
    DatasetPlace<std::uint64_t> node_id_to_range;  //!< the same, by the name that bmtk asks for
    DatasetPlace<std::uint64_t> range_to_edge_id;

    IndexPlaces() = default;
    IndexPlaces(FileLayout& file, hid_t group, std::uint64_t n_nodes, std::uint64_t n_ranges)
        : node_id_to_ranges(
              file.add_dataset<std::uint64_t>(group, "node_id_to_ranges", {n_nodes, 2})),
          node_id_to_range(
              file.add_dataset<std::uint64_t>(group, "node_id_to_range", {n_nodes, 2})),
          range_to_edge_id(
              file.add_dataset<std::uint64_t>(group, "range_to_edge_id", {n_ranges, 2})) {}

    //! \param first_range  of each node; then the number of ranges
    void write_nodes(ParallelFile& file, std::uint64_t nodes_per_round,
                     std::span<const std::uint64_t> first_range) const {
        for (const auto& place : {node_id_to_ranges, node_id_to_range})
            write_computed(file, place, nodes_per_round,
                           [&](std::uint64_t node, std::uint64_t* bounds) {
                               bounds[0] = first_range[node];
                               bounds[1] = first_range[node + 1];
                           });
    }
};

//! Each source has a list of ranges of edge ids, in ascending order, adjacent ids in one range.
//! First every local edge is counted, which fixes where the ranges of each source go and how large
//! the index is; then the edges are sent, a limited number at a time, to the ranks that write their
//! sources.
class SourceIndex {
  public:
    SourceIndex(std::uint64_t n_sources, std::uint64_t n_targets);

    //! Take note of the edges of some local targets.
    void count(LocalTargets targets, const EdgeLayout& layout,
               std::span<const std::uint32_t> source_ids);
    //! To be called when each edge has been counted on one rank. Collective.
    void finish_counting(const EdgeLayout& layout, MPI_Comm comm);
    //! Datasets for all of it.
    IndexPlaces lay_out(FileLayout& file, hid_t group) const;
    //! Collective.
    void write(ParallelFile& file, const IndexPlaces& places, const EdgeProvider& provider,
               const EdgeLayout& layout, std::uint64_t edges_per_round) const;

  private:
    std::vector<std::uint64_t> slices(std::uint64_t ranges_per_slice) const;

    std::vector<std::uint64_t> first_range_;   //!< per source, and the total behind the last
    std::vector<std::uint64_t> first_source_;  //!< per target, while counting
    std::vector<std::uint64_t> last_source_;   //!< per target, while counting
};

}  // namespace engram

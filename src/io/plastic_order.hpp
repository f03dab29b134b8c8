// SPDX-License-Identifier: Apache-2.0
// Where the edges of each plastic projection lie among all plastic edges, which are sorted by the
// global ids of (target, source).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_dataset.hpp"

namespace engram {

struct PlasticEdges {
    std::string name;                //!< e.g. "exc_exc"
    std::uint64_t first_source = 0;  //!< global id of node 0 of each end
    std::uint64_t first_target = 0;
    std::vector<std::uint64_t> first_edge;  //!< of each target, and the number of edges

    std::uint64_t n_edges() const { return first_edge.back(); }
};

//! Grows with the number of neurons only.
class PlasticOrder {
  public:
    explicit PlasticOrder(std::vector<PlasticEdges> projections);

    const std::vector<PlasticEdges>& projections() const { return projections_; }
    std::uint64_t n_edges() const;

    //! Calls use(projection, edge, n) for the pieces that some consecutive edges consist of: n
    //! edges of a projection, from `edge` on. Those of one projection follow on each other.
    template <class Use>
    void for_each_piece(h5::Slab all, Use&& use) const {
        std::uint64_t begin = all.first;
        const std::uint64_t end = all.first + all.count;
        for (const Block& block : blocks_) {
            std::uint64_t target = block.target_of(projections_, begin);
            while (begin < std::min(end, block.end)) {
                std::uint64_t piece = block.position(projections_, target);
                for (std::size_t p = block.first; p < block.last; ++p) {
                    const std::vector<std::uint64_t>& first_edge = projections_[p].first_edge;
                    const std::uint64_t piece_end =
                        piece + first_edge[target + 1] - first_edge[target];
                    if (const std::uint64_t stop = std::min(end, piece_end); begin < stop) {
                        use(p, first_edge[target] + begin - piece, stop - begin);
                        begin = stop;
                    }
                    piece = piece_end;
                }
                ++target;
            }
        }
    }

    //! The same edges by projection.
    std::vector<h5::Slab> slabs(h5::Slab all) const;

  private:
    // The projections [first, last) to one population.
    struct Block {
        std::size_t first = 0;
        std::size_t last = 0;
        std::uint64_t begin = 0;  // edges [begin, end) of all
        std::uint64_t end = 0;

        // Of the first edge to a target.
        std::uint64_t position(const std::vector<PlasticEdges>& projections,
                               std::uint64_t target) const;
        // The one that an edge, or the first edge behind it, leads to.
        std::uint64_t target_of(const std::vector<PlasticEdges>& projections,
                                std::uint64_t edge) const;
    };

    std::vector<PlasticEdges> projections_;
    std::vector<Block> blocks_;
};

}  // namespace engram

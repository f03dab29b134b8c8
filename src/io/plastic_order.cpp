// SPDX-License-Identifier: Apache-2.0
#include "io/plastic_order.hpp"

#include <utility>

namespace engram {

PlasticOrder::PlasticOrder(std::vector<PlasticEdges> projections)
    : projections_(std::move(projections)) {
    std::sort(projections_.begin(), projections_.end(),
              [](const PlasticEdges& a, const PlasticEdges& b) {
                  return std::pair(a.first_target, a.first_source) <
                         std::pair(b.first_target, b.first_source);
              });
    std::uint64_t begin = 0;
    for (std::size_t p = 0; p < projections_.size(); ++p) {
        const bool is_new =
            p == 0 || projections_[p].first_target != projections_[p - 1].first_target ||
            projections_[p].first_edge.size() != projections_[p - 1].first_edge.size();
        if (is_new) blocks_.push_back({p, p, begin, begin});
        blocks_.back().last = p + 1;
        blocks_.back().end = begin += projections_[p].n_edges();
    }
}

std::uint64_t PlasticOrder::n_edges() const {
    return blocks_.empty() ? 0 : blocks_.back().end;
}

std::vector<h5::Slab> PlasticOrder::slabs(h5::Slab all) const {
    std::vector<h5::Slab> slabs(projections_.size(), h5::Slab{0, 0});
    for_each_piece(all, [&](std::size_t projection, std::uint64_t edge, std::uint64_t n) {
        if (slabs[projection].count == 0) slabs[projection].first = edge;
        slabs[projection].count += n;
    });
    return slabs;
}

std::uint64_t PlasticOrder::Block::position(const std::vector<PlasticEdges>& projections,
                                            std::uint64_t target) const {
    std::uint64_t position = begin;
    for (std::size_t p = first; p < last; ++p) position += projections[p].first_edge[target];
    return position;
}

std::uint64_t PlasticOrder::Block::target_of(const std::vector<PlasticEdges>& projections,
                                             std::uint64_t edge) const {
    std::uint64_t low = 0;
    std::uint64_t high = projections[first].first_edge.size() - 1;
    while (low < high) {
        const std::uint64_t middle = (low + high) / 2;
        if (position(projections, middle + 1) > edge)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// A network without dynamics whose edges follow from a formula, to test files with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "io/edge_provider.hpp"

namespace engram::test {

//! Whether there is an edge; the same formula is in test/python/test_file_formats.py.
inline bool connected(std::uint64_t source, std::uint64_t target, std::uint64_t modulus) {
    if (modulus == 0 || source == target) return false;
    const std::uint64_t mixed = source * 2654435761u + target * 40503u + source * target * 97u;
    return (mixed >> 7) % modulus == 0;
}

inline double synthetic_h_mV(std::uint64_t source, std::uint64_t target) {
    return 4.2 + static_cast<double>(source) / 8 - static_cast<double>(target) / 4;
}

inline double synthetic_z(std::uint64_t source, std::uint64_t target) {
    return static_cast<double>(source) / static_cast<double>(target + 1);
}

//! Edges between two populations (given by the global id of their first neuron), with the targets
//! dealt out to ranks in blocks, block-cyclically.
class SyntheticEdges : public EdgeProvider {
  public:
    struct Population {
        std::uint64_t first_gid = 0;
        std::uint64_t size = 0;
    };

    SyntheticEdges(Population sources, Population targets, std::uint64_t modulus,
                   std::uint64_t rank, std::uint64_t n_ranks)
        : sources_(sources), targets_(targets), modulus_(modulus), rank_(rank), n_ranks_(n_ranks) {}

    std::vector<TargetRange> local_targets() const override {
        constexpr std::uint64_t block = 5;
        std::vector<TargetRange> ranges;
        for (std::uint64_t first = rank_ * block; first < targets_.size;
             first += n_ranks_ * block) {
            ranges.push_back({first, std::min(block, targets_.size - first)});
        }
        return ranges;
    }

    void in_degrees(std::span<std::uint64_t> degrees) const override {
        visit(local_targets(), [&](std::uint64_t, std::uint64_t target) { ++degrees[target]; });
    }

    void sources(LocalTargets targets, std::vector<std::uint32_t>& source_ids) const override {
        source_ids.clear();
        visit(targets, [&](std::uint64_t source, std::uint64_t) {
            source_ids.push_back(static_cast<std::uint32_t>(source));
        });
    }

    PlasticValues plastic_values() const {
        return [this](LocalTargets targets, std::vector<double>& h_mV, std::vector<double>& z) {
            h_mV.clear();
            z.clear();
            visit(targets, [&](std::uint64_t source, std::uint64_t target) {
                h_mV.push_back(synthetic_h_mV(source, target));
                z.push_back(synthetic_z(source, target));
            });
        };
    }

    template <typename Visit>
    void visit(LocalTargets ranges, Visit&& visit_edge) const {
        for (const TargetRange& range : ranges) visit(range, visit_edge);
    }
    template <typename Visit>
    void visit(TargetRange targets, Visit&& visit_edge) const {
        for (std::uint64_t target = targets.first; target < targets.first + targets.count;
             ++target) {
            for (std::uint64_t source = 0; source < sources_.size; ++source) {
                if (connected(sources_.first_gid + source, targets_.first_gid + target, modulus_)) {
                    visit_edge(source, target);
                }
            }
        }
    }

  private:
    Population sources_;
    Population targets_;
    std::uint64_t modulus_;
    std::uint64_t rank_;
    std::uint64_t n_ranks_;
};

}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// The local neurons cut into tiles.
#pragma once

#include <cstdint>
#include <vector>

#include "experiment/backgrounds.hpp"
#include "network/network.hpp"

namespace engram {

inline constexpr std::uint32_t tile_size = 256;

// Local neurons [begin, end).
struct Tile {
    std::uint32_t begin;
    std::uint32_t end;
    std::size_t population;
    std::size_t background_class;

    std::uint32_t size() const { return end - begin; }
};

// Neurons of one population, and of one class of the background, that are advanced together through
// a block, so that their state stays in the cache.
class Tiles {
  public:
    Tiles(const Network& network, const BackgroundClasses& classes) : tile_of_(network.n_local()) {
        for (std::size_t p = 0; p < network.populations().n_populations(); ++p) {
            const LocalRange range = network.local_range(p);
            for (std::uint32_t begin = range.begin, end = begin; begin < range.end; begin = end) {
                const std::size_t here = classes.of(network.global_id(begin));
                while (end < range.end && end - begin < tile_size &&
                       classes.of(network.global_id(end)) == here)
                    tile_of_[end++] = size();
                tiles_.push_back({begin, end, p, here});
            }
        }
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(tiles_.size()); }
    const Tile& operator[](std::uint32_t tile) const { return tiles_[tile]; }
    //! The tile of a local neuron.
    std::uint32_t of(std::uint32_t neuron) const { return tile_of_[neuron]; }

  private:
    std::vector<Tile> tiles_;
    std::vector<std::uint32_t> tile_of_;
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// The local neurons cut into tiles.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace engram {

inline constexpr std::uint32_t tile_size = 256;

// Local neurons [begin, end).
struct Tile {
    std::uint32_t begin;
    std::uint32_t end;
    std::size_t population;

    std::uint32_t size() const { return end - begin; }
};

// Neurons of one population that are advanced together through a block, so that their state stays
// in the cache.
class Tiles {
  public:
    explicit Tiles(const Network& network) : tile_of_(network.n_local()) {
        for (std::size_t p = 0; p < network.populations().n_populations(); ++p) {
            const LocalRange range = network.local_range(p);
            for (std::uint32_t begin = range.begin; begin < range.end; begin += tile_size) {
                const std::uint32_t end = std::min(begin + tile_size, range.end);
                std::fill(tile_of_.begin() + begin, tile_of_.begin() + end, size());
                tiles_.push_back({begin, end, p});
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

// SPDX-License-Identifier: Apache-2.0
// The stimulus currents without noise that act on the neurons of a tile in a whole block.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/tiles.hpp"
#include "simulation/known_current.hpp"

namespace engram {

// A local neuron that a stimulus reaches.
struct Receiver {
    std::uint32_t neuron;
    NeuronId id;
};

class TileCurrents {
  public:
    void clear() { currents_.clear(); }
    //! Call in the order of the stimuli.
    //! \param current    stays where it is as long as these are in use
    //! \param receivers  of the tile, ascending; likewise
    void add(const Tile& tile, const KnownCurrent& current, std::span<const Receiver> receivers) {
        if (!any()) sums_of_tile_.fill({});
        currents_.push_back({current, receivers, receivers.size() == tile.size()});
        if (currents_.back().reaches_all)
            for (std::size_t i = 0; i < tile.size(); ++i) sums_of_tile_[i].add(current.effect);
        else
            for (const auto [neuron, id] : receivers)
                sums_of_tile_[neuron - tile.begin].add(current.effect);
    }

    bool any() const { return !currents_.empty(); }
    //! What all of them do to a neuron of the tile. \pre any()
    const model::CurrentEffect& operator[](std::size_t i) const { return sums_of_tile_[i]; }
    //! The same step by step; empty if none reaches it.
    //! \param neuron  local
    void find_steps(std::uint32_t neuron, std::vector<model::StimulusSum>& steps) const {
        steps.clear();
        for (const One& one : currents_) {
            if (!one.reaches_all &&
                !std::ranges::binary_search(one.receivers, neuron, {}, &Receiver::neuron))
                continue;
            steps.resize(one.current.steps.size());
            for (std::size_t k = 0; k < steps.size(); ++k) steps[k].add(one.current.steps[k]);
        }
    }

  private:
    struct One {
        const KnownCurrent& current;
        std::span<const Receiver> receivers;
        bool reaches_all;
    };
    std::vector<One> currents_;
    std::array<model::CurrentEffect, tile_size> sums_of_tile_;  //!< by neuron of the tile
};

}  // namespace engram

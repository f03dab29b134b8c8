// Applies the stimuli to one rank's neurons, step by step.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/neurons.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/stimuli.hpp"

namespace engram {

class Stimulator {
  public:
    Stimulator(const Experiment& experiment, const Network& network, const Tiles& tiles);

    //! Call before the first block of an epoch of steps [begin, end).
    void begin_epoch(Step begin, Step end) { stimuli_.begin_epoch(begin, end); }
    //! Selects what is on during steps [begin, end).
    void begin_block(Step begin, Step end);

    //! The state of what is on across `step`, made ready to be read or overwritten.
    std::vector<NamedValues> state(Step step);

    //! Whether anything in the present block may act on the tile.
    bool acts_on(std::uint32_t tile) const { return acting_[tile] != 0; }

    //! Adds the stimulus currents of a step to a tile's neurons and forces its spikes.
    //! Call for every step of a tile in turn, also if the tiles are visited one after the other.
    void apply(std::uint32_t tile, Step step, Neurons& neurons);

  private:
    // A local neuron that a stimulus reaches.
    struct Receiver {
        std::uint32_t neuron;
        NeuronId id;
    };
    // Those of tile t are [tile_offset[t], tile_offset[t+1]).
    struct Receivers {
        std::vector<Receiver> all;
        std::vector<std::uint32_t> tile_offset;
    };

    std::span<const Receiver> receivers(std::uint32_t stimulus, std::uint32_t tile) const {
        const auto& [all, offset] = receivers_[stimulus];
        return {all.begin() + offset[tile], all.begin() + offset[tile + 1]};
    }

    const Tiles& tiles_;
    Stimuli<std::vector<double>> stimuli_;
    std::vector<Receivers> receivers_;  //!< by stimulus
    model::RandomStreams streams_;

    // Of the present block.
    StimuliOn on_;
    std::vector<std::uint8_t> acting_;  //!< by tile
};

}  // namespace engram

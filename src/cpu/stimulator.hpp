// Applies the stimuli to one rank's neurons, step by step.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/neurons.hpp"
#include "experiment/stimulation.hpp"
#include "network/network.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

class Stimulator {
  public:
    Stimulator(const Experiment& experiment, const Network& network, const Tiles& tiles);

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
    // Local neurons that a stimulus reaches; those of tile t are [tile_offset[t],
    // tile_offset[t+1]).
    struct Receivers {
        std::vector<std::uint32_t> neurons;
        std::vector<NeuronId> ids;
        std::vector<std::uint32_t> tile_offset;
    };
    // One pulse of an Ornstein-Uhlenbeck current and the state of its processes.
    struct Pulse {
        CurrentPulse shape;
        std::vector<double> deviation_nA;  //!< from the mean, by local neuron; empty while off
    };

    void apply_pulse(Pulse& pulse, std::uint32_t tile, Step step, Neurons& neurons) const;

    std::uint32_t n_local_;
    const Tiles& tiles_;
    std::vector<Receivers> receivers_;  //!< by stimulus
    std::vector<Pulse> pulses_;
    std::vector<PoissonTrain> trains_;
    std::vector<ForcedSpike> forced_;
    model::RandomStreams streams_;

    // Indices of what is on in the present block.
    std::vector<std::uint32_t> active_pulses_;
    std::vector<std::uint32_t> active_trains_;
    std::vector<std::uint32_t> active_forced_;
    std::vector<std::uint8_t> acting_;
};

}  // namespace engram

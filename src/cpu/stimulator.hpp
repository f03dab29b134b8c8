// SPDX-License-Identifier: Apache-2.0
// Applies the stimuli to one rank's neurons, step by step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/neurons.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/stimuli.hpp"

namespace engram {

class Stimulator {
  public:
    Stimulator(const Experiment& experiment, const Network& network, const Tiles& tiles)
        : tiles_(tiles),
          stimuli_(experiment, network, [n = network.n_local()] { return std::vector<double>(n); }),
          streams_{experiment.seed_of_noise()},
          acting_(tiles.size()),
          forced_by_neuron_(tiles.size()) {
        for (const Stimulus& stimulus : experiment.stimuli) {
            auto& of_tile = receivers_.emplace_back(tiles.size());
            for (const std::uint32_t neuron :
                 local_members(network, experiment.receivers(stimulus)))
                of_tile[tiles.of(neuron)].push_back({neuron, network.global_id(neuron)});
        }
    }

    //! Call before the first block of an epoch of steps [begin, end).
    void begin_epoch(Step begin, Step end) { stimuli_.begin_epoch(begin, end); }
    //! Selects what is on during steps [begin, end).
    void begin_block(Step begin, Step end) {
        on_ = stimuli_.during(begin, end);
        std::fill(acting_.begin(), acting_.end(), 0);
        const auto mark = [&](std::uint32_t stimulus) {
            for (std::uint32_t tile = 0; tile < acting_.size(); ++tile)
                if (!receivers_[stimulus][tile].empty()) acting_[tile] = 1;
        };
        for (const std::size_t pulse : on_.pulses) mark(stimuli_[pulse].stimulus);
        for (const model::PoissonTrain& train : on_.trains) mark(train.stimulus);
        for (const model::ForcedSpike& spike : on_.forced) mark(spike.stimulus);
        for (const std::uint32_t tile : tiles_with_forced_) forced_by_neuron_[tile].clear();
        tiles_with_forced_.clear();
        for (const LocalForcedSpike& spike : on_.forced_by_neuron)
            force(tiles_.of(spike.neuron), spike);
        draw_trains(begin, end);
    }
    //! Input of the present block that no neuron of the network brings.
    std::span<const LocalInput> inputs() const { return on_.inputs; }

    //! The state of what is on across `step`, made ready to be read or overwritten.
    std::vector<NamedValues> state(Step step) {
        std::vector<NamedValues> result;
        for (const auto& [name, deviation_nA] : stimuli_.state(step))
            result.push_back({name, *deviation_nA});
        return result;
    }

    //! Calls visit(neuron) with each local neuron of a tile that something of the block acts on.
    template <class Visit>
    void for_each_stimulated(std::uint32_t tile, Visit visit) const {
        const auto visit_receivers = [&](std::uint32_t stimulus) {
            for (const auto [neuron, id] : receivers_[stimulus][tile]) visit(neuron);
        };
        for (const std::size_t pulse : on_.pulses) visit_receivers(stimuli_[pulse].stimulus);
        for (const model::PoissonTrain& train : on_.trains) visit_receivers(train.stimulus);
        for (const model::ForcedSpike& spike : on_.forced) visit_receivers(spike.stimulus);
        for (const LocalForcedSpike& spike : forced_by_neuron_[tile]) visit(spike.neuron);
    }

    //! Whether anything in the present block may act on the tile.
    bool acts_on(std::uint32_t tile) const { return acting_[tile] != 0; }

    //! Adds the stimulus currents of a step to a tile's neurons and forces its spikes.
    //! Call for every step of a tile in turn, also if the tiles are visited one after the other.
    void apply(std::uint32_t tile, Step step, Neurons& neurons) {
        const model::NeuronPropagator& propagator = neurons.propagator(tile);
        for (const std::size_t number : on_.pulses) {
            auto& pulse = stimuli_[number];
            if (!pulse.is_on(step)) continue;
            const model::StimulusCurrent current = pulse.current_at(tiles_[tile].population, step);
            for (const auto [neuron, id] : receivers_[pulse.stimulus][tile]) {
                const model::PulseStep effect =
                    model::step_stimulus(propagator, current, streams_, pulse.stimulus, id, step,
                                         pulse.deviation_nA[neuron]);
                neurons.add_stimulus(neuron, effect);
            }
        }
        for (const model::ForcedSpike& spike : on_.forced) {
            if (spike.step != step) continue;
            for (const auto [neuron, id] : receivers_[spike.stimulus][tile])
                neurons.force_spike(neuron);
        }
        const std::vector<LocalForcedSpike>& spikes = forced_by_neuron_[tile];
        for (auto spike = std::ranges::lower_bound(spikes, step, {}, &LocalForcedSpike::step);
             spike != spikes.end() && spike->step == step; ++spike)
            neurons.force_spike(spike->neuron);
    }

  private:
    // A local neuron that a stimulus reaches.
    struct Receiver {
        std::uint32_t neuron;
        NeuronId id;
    };

    void force(std::uint32_t tile, const LocalForcedSpike& spike) {
        if (forced_by_neuron_[tile].empty()) tiles_with_forced_.push_back(tile);
        forced_by_neuron_[tile].push_back(spike);
        acting_[tile] = 1;
    }
    void draw_trains(Step begin, Step end) {
        if (on_.trains.empty()) return;
        for (const model::PoissonTrain& train : on_.trains)
            for (std::uint32_t tile = 0; tile < tiles_.size(); ++tile)
                for (const auto [neuron, id] : receivers_[train.stimulus][tile])
                    train.for_each_spike(streams_, id, begin, end, [&](Step step) {
                        force(tile, {step, neuron});
                    });
        for (const std::uint32_t tile : tiles_with_forced_)
            std::ranges::sort(forced_by_neuron_[tile], {}, &LocalForcedSpike::step);
    }

    const Tiles& tiles_;
    Stimuli<std::vector<double>> stimuli_;
    std::vector<std::vector<std::vector<Receiver>>> receivers_;  //!< [stimulus][tile]
    model::RandomStreams streams_;

    // Of the present block.
    StimuliOn on_;
    std::vector<std::uint8_t> acting_;                             //!< by tile
    std::vector<std::vector<LocalForcedSpike>> forced_by_neuron_;  //!< by tile, then step
    std::vector<std::uint32_t> tiles_with_forced_;
};

}  // namespace engram

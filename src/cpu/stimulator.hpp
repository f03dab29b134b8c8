// SPDX-License-Identifier: Apache-2.0
// Applies the stimuli to one rank's neurons, step by step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/neurons.hpp"
#include "cpu/tile_currents.hpp"
#include "simulation/known_current.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/stimuli.hpp"

namespace engram {

class Stimulator {
  public:
    Stimulator(const Experiment& experiment, const Network& network, Neurons& neurons)
        : neurons_(neurons),
          tiles_(neurons.tiles()),
          stimuli_(experiment, network, [n = network.n_local()] { return std::vector<double>(n); }),
          streams_{experiment.seed_of_noise()},
          reach_(tiles_.size()),
          forced_by_neuron_(tiles_.size()) {
        for (const Stimulus& stimulus : experiment.stimuli) {
            auto& of_tile = receivers_.emplace_back(tiles_.size());
            for (const std::uint32_t neuron :
                 local_members(network, experiment.receivers(stimulus)))
                of_tile[tiles_.of(neuron)].push_back({neuron, network.global_id(neuron)});
        }
    }

    //! Call before the first block of an epoch of steps [begin, end).
    void begin_epoch(Step begin, Step end) { stimuli_.begin_epoch(begin, end); }
    //! Selects what is on during a part of an epoch.
    void begin_block(const EpochPart& part) {
        begin_ = part.begin;
        is_whole_ = part.is_whole();
        on_ = stimuli_.during(part.begin, part.end());
        std::ranges::fill(reach_, Reach::none);
        find_known_currents(part);
        const auto mark = [&](std::uint32_t stimulus) {
            for (std::uint32_t tile = 0; tile < reach_.size(); ++tile)
                if (!receivers_[stimulus][tile].empty()) reach_[tile] = Reach::any;
        };
        for (const model::ForcedSpike& spike : on_.forced) mark(spike.stimulus);
        for (const std::uint32_t tile : tiles_with_forced_) forced_by_neuron_[tile].clear();
        tiles_with_forced_.clear();
        for (const LocalForcedSpike& spike : on_.forced_by_neuron)
            force(tiles_.of(spike.neuron), spike);
        draw_trains(part.begin, part.end());
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

    //! Currents of the present block that the solution of a tile's neurons takes in: known ones, if
    //! the block is whole. Valid until the next call.
    const TileCurrents& known_currents(std::uint32_t tile) {
        known_of_tile_.clear();
        if (reach_[tile] == Reach::none) return known_of_tile_;
        for (std::size_t i = 0; i < on_.pulses.size(); ++i) {
            const auto& receivers = receivers_[stimuli_[on_.pulses[i]].stimulus][tile];
            if (!receivers.empty() && is_taken(i, tile))
                known_of_tile_.add(tiles_[tile], known(i, tile), receivers);
        }
        return known_of_tile_;
    }

    //! Calls visit(neuron) with each local neuron of a tile that something else of the block acts
    //! on.
    template <class Visit>
    void for_each_stimulated(std::uint32_t tile, Visit visit) const {
        const auto visit_receivers = [&](std::uint32_t stimulus) {
            for (const auto [neuron, id] : receivers_[stimulus][tile]) visit(neuron);
        };
        for (std::size_t i = 0; i < on_.pulses.size(); ++i)
            if (!is_taken(i, tile)) visit_receivers(stimuli_[on_.pulses[i]].stimulus);
        for (const model::ForcedSpike& spike : on_.forced) visit_receivers(spike.stimulus);
        for (const LocalForcedSpike& spike : forced_by_neuron_[tile]) visit(spike.neuron);
    }

    //! Whether anything in the present block may act on the tile.
    bool acts_on(std::uint32_t tile) const { return reach_[tile] != Reach::none; }
    //! Whether anything but known_currents may.
    bool acts_by_steps(std::uint32_t tile) const { return reach_[tile] == Reach::any; }

    //! Adds the stimulus currents of a step to a tile's neurons and forces its spikes.
    //! Call for every step of a tile in turn, also if the tiles are visited one after the other.
    void apply(std::uint32_t tile, Step step) {
        const model::NeuronPropagator& propagator = neurons_.propagator(tile);
        for (std::size_t i = 0; i < on_.pulses.size(); ++i) {
            auto& pulse = stimuli_[on_.pulses[i]];
            const auto& receivers = receivers_[pulse.stimulus][tile];
            if (!pulse.is_on(step) || receivers.empty()) continue;
            if (is_known(i)) {
                const auto& effect = known(i, tile).steps[static_cast<std::size_t>(step - begin_)];
                for (const auto [neuron, id] : receivers) neurons_.add_stimulus(neuron, effect);
                continue;
            }
            const model::StimulusCurrent current = pulse.current_at(tiles_[tile].population, step);
            for (const auto [neuron, id] : receivers) {
                const model::PulseStep effect =
                    model::step_stimulus(propagator, current, streams_, pulse.stimulus, id, step,
                                         pulse.deviation_nA[neuron]);
                neurons_.add_stimulus(neuron, effect);
            }
        }
        for (const model::ForcedSpike& spike : on_.forced) {
            if (spike.step != step) continue;
            for (const auto [neuron, id] : receivers_[spike.stimulus][tile])
                neurons_.force_spike(neuron);
        }
        const std::vector<LocalForcedSpike>& spikes = forced_by_neuron_[tile];
        for (auto spike = std::ranges::lower_bound(spikes, step, {}, &LocalForcedSpike::step);
             spike != spikes.end() && spike->step == step; ++spike)
            neurons_.force_spike(spike->neuron);
    }

  private:
    // What of the present block acts on a tile.
    enum class Reach : std::uint8_t { none, known_currents, any };

    //! Of a pulse that is on: whether it is one of the known_currents of a tile that it reaches.
    bool is_taken(std::size_t i, std::uint32_t tile) const {
        return is_whole_ && is_known(i) && neurons_.takes_currents(tile);
    }
    bool is_known(std::size_t i) const { return !known_[i].empty(); }
    //! A pulse that is on, and known, and reaches the tile.
    const KnownCurrent& known(std::size_t i, std::uint32_t tile) const {
        return known_[i][tiles_[tile].population];
    }
    void find_known_currents(const EpochPart& part) {
        known_.clear();
        known_.resize(on_.pulses.size());
        for (std::size_t i = 0; i < on_.pulses.size(); ++i) {
            const auto& pulse = stimuli_[on_.pulses[i]];
            if (pulse.is_known()) known_[i].resize(pulse.current.size());
            for (std::uint32_t tile = 0; tile < tiles_.size(); ++tile) {
                if (receivers_[pulse.stimulus][tile].empty()) continue;
                reach_[tile] =
                    std::max(reach_[tile], is_taken(i, tile) ? Reach::known_currents : Reach::any);
                const std::size_t population = tiles_[tile].population;
                if (is_known(i) && known_[i][population].steps.empty())
                    known_[i][population] = {pulse, population, neurons_.propagator(tile),
                                             part.begin, part.steps};
            }
        }
    }

    void force(std::uint32_t tile, const LocalForcedSpike& spike) {
        if (forced_by_neuron_[tile].empty()) tiles_with_forced_.push_back(tile);
        forced_by_neuron_[tile].push_back(spike);
        reach_[tile] = Reach::any;
    }
    // Neurons go step by step only in blocks in which a train makes them fire.
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

    Neurons& neurons_;
    const Tiles& tiles_;
    Stimuli<std::vector<double>> stimuli_;
    std::vector<std::vector<std::vector<Receiver>>> receivers_;  //!< [stimulus][tile]
    model::RandomStreams streams_;

    // Of the present block.
    Step begin_ = 0;
    bool is_whole_ = false;
    StimuliOn on_;
    std::vector<std::vector<KnownCurrent>> known_;  //!< [pulse that is on][population]; see known
    TileCurrents known_of_tile_;
    std::vector<Reach> reach_;                                     //!< by tile
    std::vector<std::vector<LocalForcedSpike>> forced_by_neuron_;  //!< by tile, then step
    std::vector<std::uint32_t> tiles_with_forced_;
};

}  // namespace engram

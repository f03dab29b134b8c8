// SPDX-License-Identifier: Apache-2.0
// One rank's neurons: what reaches them in a block, their noise, and the loops that advance them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "cpu/background.hpp"
#include "cpu/block_inputs.hpp"
#include "cpu/neuron_loops.hpp"
#include "model/fixed_point.hpp"
#include "network/network.hpp"
#include "simulation/cut_epoch.hpp"

namespace engram {

class Neurons {
  public:
    //! \param loops  by population; see make_neuron_loops
    Neurons(const Network& network, const Experiment& experiment,
            std::vector<std::shared_ptr<NeuronLoops>> loops)
        : network_(network),
          tiles_(network, BackgroundClasses(experiment)),
          loops_(std::move(loops)),
          different_(different(loops_)),
          background_(network, tiles_, experiment.seed_of_noise()),
          inputs_(network.n_local(), most_sites(different_), block_grid(experiment).longest()),
          stimulus_mV_(network.n_local()),
          stimulus_end_nA_(network.n_local()),
          i_stim_nA_(network.n_local()),
          xi_(static_cast<std::size_t>(block_grid(experiment).longest())),
          noise_(xi_.size()) {
        rest();
    }

    std::uint32_t size() const { return network_.n_local(); }
    const Tiles& tiles() const { return tiles_; }

    //! Every neuron at rest, without currents; the background starts at its mean.
    void rest() {
        for (NeuronLoops* loops : different_) loops->rest(network_);
        for (auto* values : {&stimulus_mV_, &stimulus_end_nA_, &i_stim_nA_})
            std::fill(values->begin(), values->end(), 0.0);
        inputs_.clear_all();
    }

    //! From now on another of the settings of the background holds; see model::Conditions.
    void set_background(std::int32_t setting) {
        for (NeuronLoops* loops : different_) loops->set_background(setting);
    }

    //! Synaptic input of the present block.
    BlockInputs& inputs() { return inputs_; }
    //! Adds a stimulus current's effects within the coming step, and its value for recording.
    void add_stimulus(std::uint32_t neuron, const model::PulseStep& effect) {
        stimulus_mV_[neuron] += effect.on_v_mV;
        stimulus_end_nA_[neuron] += effect.end_nA;
        i_stim_nA_[neuron] += effect.current_nA;
    }
    //! Makes a neuron fire at the coming step unless it is refractory.
    void force_spike(std::uint32_t neuron) {
        const Tile& tile = tiles_[tiles_.of(neuron)];
        loops_[tile.population]->force_spike(tile, neuron);
    }
    //! Forgets the stimulus currents of a tile after a step.
    void clear_stimulus(std::uint32_t tile) {
        const auto [begin, end, population, background_class] = tiles_[tile];
        std::fill(stimulus_mV_.begin() + begin, stimulus_mV_.begin() + end, 0.0);
        std::fill(stimulus_end_nA_.begin() + begin, stimulus_end_nA_.begin() + end, 0.0);
        std::fill(i_stim_nA_.begin() + begin, i_stim_nA_.begin() + end, 0.0);
    }

    //! Whether a tile may be advanced at once through a block that no stimulus and no input acts
    //! on that is not known at its beginning.
    bool has_solution(std::uint32_t tile) const { return loops(tile).has_solution(); }
    //! Whether known stimulus currents are no reason against it.
    bool takes_currents(std::uint32_t tile) const { return loops(tile).takes_currents(); }
    //! Advances a tile through a whole block, and appends its spikes in no order. Returns how many
    //! neurons were refined.
    //! \param currents  all stimuli that act on it
    std::size_t advance_block(std::uint32_t tile, const EpochPart& part,
                              const TileCurrents& currents, const WatchedNeurons& watched,
                              std::vector<BlockSpike>& fired) {
        ENGRAM_EXPECT(part.is_whole());
        return loops(tile).advance_block(begin_block(tile, part, currents), background_, watched,
                                         fired);
    }

    //! To advance a tile step by step through a part of an epoch: first this, with the input that
    //! is known already.
    //! \param currents  those that are taken into the solution of a whole block
    void begin_steps(std::uint32_t tile, const EpochPart& part, const TileCurrents& currents,
                     const SteppedNeurons& stepped) {
        const TileBlock block = begin_block(tile, part, currents);
        loops(tile).begin_steps(block, stepped);
        if (!loops(tile).has_noise(tiles_[tile])) return;
        background_.draw_steps(tiles_[tile], part.grid_begin, part.grid_steps, xi_.data());
        loops(tile).find_noise(block, xi_.data(), noise_.data());
    }
    //! Advances it by a step of the part, and appends the local indices of the neurons that fire at
    //! its beginning to `fired`, ascending.
    void advance(std::uint32_t tile, const EpochPart& part, int step, bool stimulated,
                 std::vector<std::uint32_t>& fired) {
        const Tile& here = tiles_[tile];
        TileInput input;
        if (loops(tile).has_noise(here))
            input.noise =
                noise_[static_cast<std::size_t>(part.begin + step - part.grid_begin)].data();
        if (inputs_.steps_of(here).has(step)) input.synaptic = inputs_.row(step) + here.begin;
        input.site_stride = inputs_.site_stride();
        if (stimulated) {
            input.stimulus_mV = &stimulus_mV_[here.begin];
            input.stimulus_end_nA = &stimulus_end_nA_[here.begin];
        }
        loops(tile).advance(here, input, fired);
    }
    //! Then this, when all its input is known.
    void end_steps(std::uint32_t tile, const EpochPart& part, const TileCurrents& currents,
                   const SteppedNeurons& stepped) {
        loops(tile).end_steps(block_of(tile, part, currents), stepped);
    }

    //! Stimulus current of a neuron at the coming step.
    double stimulus_nA(std::uint32_t neuron) const { return i_stim_nA_[neuron]; }
    //! Values of the columns of a neuron at a step, before it is advanced.
    void sample(std::uint32_t neuron, int step_in_block, double stimulus_nA, double* values) const {
        const std::uint32_t tile = tiles_.of(neuron);
        loops(tile).sample(tiles_[tile], neuron, inputs_.row(step_in_block) + neuron,
                           inputs_.site_stride(), stimulus_nA, values);
    }

    //! Adds the state at the start of a step, to be read or overwritten.
    void collect(LocalState& local) {
        for (NeuronLoops* loops : different_) loops->collect(local);
    }

    //! \throw NumericalError if a membrane potential is not a finite number
    void check_finite(Step step) const {
        for (const NeuronLoops* loops : different_) loops->check_finite(network_, step);
    }

    //! Resets without a spike in the present phase, by population.
    std::vector<std::uint64_t> silent_resets() const {
        std::vector<std::uint64_t> n;
        for (std::size_t p = 0; p < loops_.size(); ++p)
            n.push_back(loops_[p]->silent_resets(network_.local_range(p)));
        return n;
    }

    //! Of the neurons of a tile.
    const model::NeuronPropagator& propagator(std::uint32_t tile) const {
        return loops(tile).propagator(tiles_[tile]);
    }

  private:
    static std::vector<NeuronLoops*> different(
        const std::vector<std::shared_ptr<NeuronLoops>>& loops) {
        std::vector<NeuronLoops*> each_once;
        for (const auto& one : loops)
            if (std::ranges::find(each_once, one.get()) == each_once.end())
                each_once.push_back(one.get());
        return each_once;
    }
    static std::size_t most_sites(const std::vector<NeuronLoops*>& different) {
        int most = 1;
        for (const NeuronLoops* loops : different) most = std::max(most, loops->n_sites());
        return static_cast<std::size_t>(most);
    }
    NeuronLoops& loops(std::uint32_t tile) const { return *loops_[tiles_[tile].population]; }

    TileBlock block_of(std::uint32_t tile, const EpochPart& part,
                       const TileCurrents& currents) const {
        return {tiles_[tile], part.grid_begin, part.grid_steps, inputs_, currents, z_};
    }
    TileBlock begin_block(std::uint32_t tile, const EpochPart& part, const TileCurrents& currents) {
        if (loops(tile).has_solution() && loops(tile).has_noise(tiles_[tile]))
            background_.draw_block(tile, tiles_[tile], part.grid_begin, z_);
        return block_of(tile, part, currents);
    }

    const Network& network_;
    Tiles tiles_;
    std::vector<std::shared_ptr<NeuronLoops>> loops_;  //!< by population
    std::vector<NeuronLoops*> different_;              //!< each once
    Background background_;
    BlockInputs inputs_;
    std::vector<double> stimulus_mV_;
    std::vector<double> stimulus_end_nA_;
    std::vector<double> i_stim_nA_;

    // Of the tile that is being advanced.
    Background::OfBlock z_{};
    std::vector<Background::OfTile> xi_;                //!< by step of the whole block
    std::vector<std::array<double, tile_size>> noise_;  //!< likewise
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// One rank's neurons: what reaches them in a block, their noise, and the loops that advance them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "cpu/neuron_loops.hpp"
#include "model/calcium.hpp"
#include "model/fixed_point.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"
#include "network/network.hpp"

namespace engram {

class Neurons {
  public:
    //! \param loops  by population; see make_neuron_loops
    Neurons(const Network& network, const Experiment& experiment,
            std::vector<std::shared_ptr<NeuronLoops>> loops)
        : network_(network),
          size_(network.n_local()),
          tiles_(network),
          loops_(std::move(loops)),
          streams_{experiment.seed},
          stimulus_mV_(size_),
          i_stim_nA_(size_),
          has_input_(static_cast<std::size_t>(model::max_block_steps) * tiles_.size()),
          global_ids_(network.global_ids()),
          noise_(static_cast<std::size_t>(4) * size_),
          noise_quad_(tiles_.size()) {
        for (const auto& one : loops_) {
            if (std::find(different_.begin(), different_.end(), one.get()) != different_.end())
                continue;
            different_.push_back(one.get());
            n_sites_ = std::max(n_sites_, static_cast<std::size_t>(one->n_sites()));
        }
        input_.resize(row(model::max_block_steps, 0));
        rest();
    }

    std::uint32_t size() const { return size_; }
    const Tiles& tiles() const { return tiles_; }

    //! Every neuron at rest, without currents; the background starts at its mean.
    void rest() {
        for (NeuronLoops* loops : different_) loops->rest(network_);
        for (auto* values : {&stimulus_mV_, &i_stim_nA_})
            std::fill(values->begin(), values->end(), 0.0);
        std::fill(input_.begin(), input_.end(), 0);
        std::fill(has_input_.begin(), has_input_.end(), 0);
        std::fill(noise_quad_.begin(), noise_quad_.end(), -1);
    }

    //! Adds a synaptic input [mV, fixed point] that arrives at a step of the present block, at
    //! site 0.
    void add_input(int step_in_block, std::uint32_t neuron, model::FixedPoint weight) {
        add_inputs(step_in_block, 0, {&neuron, 1}, weight);
    }
    //! The same to several neurons.
    void add_inputs(int step_in_block, std::size_t site, std::span<const std::uint32_t> neurons,
                    model::FixedPoint weight) {
        ENGRAM_EXPECT(step_in_block >= 0 && step_in_block < model::max_block_steps);
        ENGRAM_EXPECT(site < n_sites_);
        model::FixedPoint* input = &input_[row(step_in_block, site)];
        std::uint8_t* has_input =
            &has_input_[static_cast<std::size_t>(step_in_block) * tiles_.size()];
        for (const std::uint32_t neuron : neurons) {
            model::add_wrapping(input[neuron], weight);
            has_input[tiles_.of(neuron)] = 1;
        }
    }
    //! Adds a stimulus current's effect on V within the coming step, and its value for recording.
    void add_stimulus(std::uint32_t neuron, double effect_mV, double current_nA) {
        stimulus_mV_[neuron] += effect_mV;
        i_stim_nA_[neuron] += current_nA;
    }
    //! Makes a neuron fire at the coming step unless it is refractory.
    void force_spike(std::uint32_t neuron) {
        const Tile& tile = tiles_[tiles_.of(neuron)];
        loops_[tile.population]->force_spike(tile, neuron);
    }
    //! Forgets the stimulus currents of a tile after a step.
    void clear_stimulus(std::uint32_t tile) {
        const auto [begin, end, population] = tiles_[tile];
        std::fill(stimulus_mV_.begin() + begin, stimulus_mV_.begin() + end, 0.0);
        std::fill(i_stim_nA_.begin() + begin, i_stim_nA_.begin() + end, 0.0);
    }

    //! Advances a tile from `step` to the next, with the input of `step_in_block`, and appends the
    //! local indices of the neurons that fire at `step` to `fired`, ascending.
    void advance(std::uint32_t tile, Step step, int step_in_block, bool stimulated,
                 std::vector<std::uint32_t>& fired) {
        const Tile& here = tiles_[tile];
        NeuronLoops& loops = *loops_[here.population];
        std::uint8_t& has_input =
            has_input_[static_cast<std::size_t>(step_in_block) * tiles_.size() + tile];
        TileInput input;
        if (loops.has_noise(here)) {
            draw_noise(tile, step);
            input.noise = &noise_[static_cast<std::size_t>(step & 3) * size_ + here.begin];
        }
        if (has_input) input.synaptic = &input_[row(step_in_block, 0) + here.begin];
        input.site_stride = size_;
        if (stimulated) input.stimulus_mV = &stimulus_mV_[here.begin];
        has_input = 0;
        loops.advance(here, input, fired);
    }

    //! Values of the columns of a neuron at a step, before it is advanced.
    void sample(std::uint32_t neuron, int step_in_block, double* values) const {
        const Tile& tile = tiles_[tiles_.of(neuron)];
        loops_[tile.population]->sample(tile, neuron, &input_[row(step_in_block, 0) + neuron],
                                        size_, i_stim_nA_[neuron], values);
    }

    //! Adds the state at the start of a step, to be read or overwritten.
    void collect(LocalState& local) {
        for (NeuronLoops* loops : different_) loops->collect(local);
    }

    //! \throw NumericalError if a membrane potential is not a finite number
    void check_finite(Step step) const {
        for (const NeuronLoops* loops : different_) loops->check_finite(network_, step);
    }

    //! Of the neurons of a tile.
    const model::NeuronPropagator& propagator(std::uint32_t tile) const {
        return loops_[tiles_[tile].population]->propagator(tiles_[tile]);
    }

  private:
    std::size_t row(int step_in_block, std::size_t site) const {
        return (static_cast<std::size_t>(step_in_block) * n_sites_ + site) * size_;
    }
    void draw_noise(std::uint32_t tile, Step step) {
        const Step quad = step >> 2;
        if (noise_quad_[tile] == quad) return;
        noise_quad_[tile] = quad;
        const std::uint32_t begin = tiles_[tile].begin;
        const std::size_t count = tiles_[tile].end - begin;
        const std::uint32_t* ids = &global_ids_[begin];
        float* n0 = &noise_[begin];
        float* n1 = n0 + size_;
        float* n2 = n1 + size_;
        float* n3 = n2 + size_;
        std::uint32_t words[4][tile_size];
        model::random_words<4>(streams_, model::Purpose::background, model::OfEach{ids},
                               model::Same<std::uint32_t>{0},
                               model::Same{static_cast<std::uint64_t>(quad)}, count,
                               {words[0], words[1], words[2], words[3]});
#pragma omp simd
        for (std::size_t i = 0; i < count; ++i) {
            const auto first = model::normal_pair(words[0][i], words[1][i]);
            const auto second = model::normal_pair(words[2][i], words[3][i]);
            n0[i] = first.first;
            n1[i] = first.second;
            n2[i] = second.first;
            n3[i] = second.second;
        }
    }

    const Network& network_;
    std::uint32_t size_;
    Tiles tiles_;
    std::vector<std::shared_ptr<NeuronLoops>> loops_;  //!< by population
    std::vector<NeuronLoops*> different_;              //!< each once
    std::size_t n_sites_ = 1;                          //!< most of any
    model::RandomStreams streams_;

    std::vector<double> stimulus_mV_;
    std::vector<double> i_stim_nA_;
    std::vector<model::FixedPoint> input_;  //!< [step in block][site][neuron]
    std::vector<std::uint8_t> has_input_;   //!< [step in block][tile]
    std::vector<std::uint32_t> global_ids_;

    // Noise of the four steps that share one call of the generator: [step mod 4][neuron].
    std::vector<float> noise_;
    std::vector<Step> noise_quad_;  //!< by tile: step / 4 of what noise_ holds
};

}  // namespace engram

#include "cpu/neurons.hpp"

#include <algorithm>
#include <utility>

#include "model/random_lanes.hpp"

namespace engram {

Neurons::Neurons(const Network& network, const Experiment& experiment,
                 std::vector<std::shared_ptr<NeuronLoops>> loops)
    : network_(network),
      size_(network.n_local()),
      tiles_(network),
      loops_(std::move(loops)),
      streams_{experiment.seed},
      stimulus_mV_(size_),
      i_stim_nA_(size_),
      has_input_(static_cast<std::size_t>(model::max_block_steps) * tiles_.size()),
      global_ids_(size_),
      noise_(static_cast<std::size_t>(4) * size_),
      noise_quad_(tiles_.size()) {
    for (const auto& one : loops_) {
        if (std::find(different_.begin(), different_.end(), one.get()) != different_.end())
            continue;
        different_.push_back(one.get());
        n_sites_ = std::max(n_sites_, static_cast<std::size_t>(one->n_sites()));
    }
    input_.resize(row(model::max_block_steps, 0));
    for (std::uint32_t i = 0; i < size_; ++i) global_ids_[i] = network.global_id(i);
    rest();
}

void Neurons::rest() {
    for (NeuronLoops* loops : different_) loops->rest(network_);
    for (auto* values : {&stimulus_mV_, &i_stim_nA_})
        std::fill(values->begin(), values->end(), 0.0);
    std::fill(input_.begin(), input_.end(), 0);
    std::fill(has_input_.begin(), has_input_.end(), 0);
    std::fill(noise_quad_.begin(), noise_quad_.end(), -1);
}

void Neurons::clear_stimulus(std::uint32_t tile) {
    const auto [begin, end, population] = tiles_[tile];
    std::fill(stimulus_mV_.begin() + begin, stimulus_mV_.begin() + end, 0.0);
    std::fill(i_stim_nA_.begin() + begin, i_stim_nA_.begin() + end, 0.0);
}

void Neurons::draw_noise(std::uint32_t tile, Step step) {
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

void Neurons::advance(std::uint32_t tile, Step step, int step_in_block, bool stimulated,
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

}  // namespace engram

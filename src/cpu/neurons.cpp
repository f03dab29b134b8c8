#include "cpu/neurons.hpp"

#include <algorithm>
#include <cmath>

#include "base/errors.hpp"
#include "model/random_lanes.hpp"
#include "simulation/not_finite.hpp"

namespace engram {

Neurons::Neurons(const Network& network, const Experiment& experiment)
    : network_(network),
      size_(network.n_local()),
      tiles_(network),
      streams_{experiment.seed},
      v_mV_(size_),
      i_syn_nA_(size_),
      i_bg_nA_(size_),
      refractory_(size_),
      stimulus_mV_(size_),
      i_stim_nA_(size_),
      input_(static_cast<std::size_t>(model::max_block_steps) * size_),
      has_input_(static_cast<std::size_t>(model::max_block_steps) * tiles_.size()),
      global_ids_(size_),
      noise_(static_cast<std::size_t>(4) * size_),
      noise_quad_(tiles_.size()) {
    const double tau_syn_ms = experiment.synapses.tau_syn_ms;
    for (const Population& population : network.populations()) {
        const NeuronParameters& neuron = experiment.neuron_of(population);
        const BackgroundParameters& background = experiment.background_of(population);
        of_population_.push_back(
            {{model::make_neuron_propagator(neuron, tau_syn_ms, experiment.dt_ms),
              background.mean_nA,
              model::background_sigma_nA(background.sigma_wn_nA_sqrt_s, tau_syn_ms)},
             neuron.v_init_mV,
             model::fixed_point_quantum / neuron.r_leak_MOhm});
    }
    for (std::uint32_t i = 0; i < size_; ++i) global_ids_[i] = network.global_id(i);
    rest();
}

void Neurons::rest() {
    for (std::size_t p = 0; p < of_population_.size(); ++p) {
        const LocalRange range = network_.local_range(p);
        std::fill(v_mV_.begin() + range.begin, v_mV_.begin() + range.end,
                  of_population_[p].v_init_mV);
    }
    for (auto* state : {&i_syn_nA_, &i_bg_nA_, &refractory_, &stimulus_mV_, &i_stim_nA_})
        std::fill(state->begin(), state->end(), 0.0);
    std::fill(input_.begin(), input_.end(), 0);
    std::fill(has_input_.begin(), has_input_.end(), 0);
    std::fill(noise_quad_.begin(), noise_quad_.end(), -1);
}

void Neurons::clear_stimulus(std::uint32_t tile) {
    const auto [begin, end, population] = tiles_[tile];
    std::fill(stimulus_mV_.begin() + begin, stimulus_mV_.begin() + end, 0.0);
    std::fill(i_stim_nA_.begin() + begin, i_stim_nA_.begin() + end, 0.0);
}

void Neurons::draw_noise(const Tile& tile, std::uint32_t number, Step step) {
    const Step quad = step >> 2;
    if (noise_quad_[number] == quad) return;
    noise_quad_[number] = quad;
    const std::uint32_t begin = tile.begin;
    const std::size_t count = tile.end - begin;
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

template <bool with_noise, bool with_input, bool with_stimulus>
bool Neurons::advance_tile(const Tile& tile, const float* noise, model::FixedPoint* input) {
    const auto [begin, end, population] = tile;
    const model::StepNeuron step_neuron = of_population_[population].step;
    const double nA_per_quantum = of_population_[population].nA_per_quantum;
    double* v = &v_mV_[begin];
    double* i_syn = &i_syn_nA_[begin];
    double* i_bg = &i_bg_nA_[begin];
    double* refractory = &refractory_[begin];
    const double* stimulus = &stimulus_mV_[begin];
    // Wider than 32 bits, so that the compiler need not reckon with overflow and gather.
    const std::size_t count = end - begin;
    double highest = 0.0;
#pragma omp simd reduction(max : highest)
    for (std::size_t i = 0; i < count; ++i) {
        model::NeuronState state{v[i], i_syn[i], i_bg[i], refractory[i]};
        double input_nA = 0.0;
        if constexpr (with_input) {
            input_nA = static_cast<double>(input[i]) * nA_per_quantum;
            input[i] = 0;
        }
        step_neuron(state, input_nA, with_noise ? noise[i] : 0.0f,
                    with_stimulus ? stimulus[i] : 0.0);
        v[i] = state.v_mV;
        i_syn[i] = state.i_syn_nA;
        i_bg[i] = state.i_bg_nA;
        refractory[i] = state.refractory;
        highest = state.refractory > highest ? state.refractory : highest;
    }
    return highest == of_population_[population].just_fired();
}

void Neurons::advance(std::uint32_t tile, Step step, int step_in_block, bool stimulated,
                      std::vector<std::uint32_t>& fired) {
    const Tile& here = tiles_[tile];
    const auto [begin, end, population] = here;
    const bool noisy = of_population_[population].step.bg_sigma_nA > 0.0;
    if (noisy) draw_noise(here, tile, step);
    const float* noise = &noise_[static_cast<std::size_t>(step & 3) * size_ + begin];
    std::uint8_t& has_input =
        has_input_[static_cast<std::size_t>(step_in_block) * tiles_.size() + tile];
    model::FixedPoint* input = &input_[static_cast<std::size_t>(step_in_block) * size_ + begin];

    const int variant = (noisy ? 4 : 0) | (has_input ? 2 : 0) | (stimulated ? 1 : 0);
    bool any = false;
    switch (variant) {
        case 0:
            any = advance_tile<false, false, false>(here, noise, input);
            break;
        case 1:
            any = advance_tile<false, false, true>(here, noise, input);
            break;
        case 2:
            any = advance_tile<false, true, false>(here, noise, input);
            break;
        case 3:
            any = advance_tile<false, true, true>(here, noise, input);
            break;
        case 4:
            any = advance_tile<true, false, false>(here, noise, input);
            break;
        case 5:
            any = advance_tile<true, false, true>(here, noise, input);
            break;
        case 6:
            any = advance_tile<true, true, false>(here, noise, input);
            break;
        default:
            any = advance_tile<true, true, true>(here, noise, input);
            break;
    }
    has_input = 0;
    if (!any) return;
    const double just_fired = of_population_[population].just_fired();
    for (std::uint32_t i = begin; i < end; ++i)
        if (refractory_[i] == just_fired) fired.push_back(i);
}

void Neurons::sample(std::uint32_t neuron, int step_in_block, double* values) const {
    const model::FixedPoint input =
        input_[static_cast<std::size_t>(step_in_block) * size_ + neuron];
    const Common& common = of_population_[tiles_[tiles_.of(neuron)].population];
    plasticity::sample_currents(
        common.step, {v_mV_[neuron], i_syn_nA_[neuron], i_bg_nA_[neuron], refractory_[neuron]},
        static_cast<double>(input) * common.nA_per_quantum, i_stim_nA_[neuron], values);
}

void Neurons::check_finite(Step step) const {
    double sum = 0.0;
    const double* v = v_mV_.data();
#pragma omp simd reduction(+ : sum)
    for (std::uint32_t i = 0; i < size_; ++i) sum += v[i] * 0.0;
    if (sum == 0.0) return;
    for (std::uint32_t i = 0; i < size_; ++i)
        if (!std::isfinite(v_mV_[i]))
            throw NumericalError(not_finite_message(network_.global_id(i), step));
}

}  // namespace engram

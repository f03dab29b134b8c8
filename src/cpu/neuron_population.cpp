#include "cpu/neuron_population.hpp"

#include <algorithm>
#include <cmath>

#include "base/errors.hpp"
#include "model/random_lanes.hpp"
#include "simulation/not_finite.hpp"

namespace engram {

NeuronPopulation::NeuronPopulation(const Network& network, const Experiment& experiment)
    : network_(network),
      size_(network.n_local()),
      step_{model::make_neuron_propagator(experiment.neuron, experiment.synapses.tau_syn_ms,
                                          experiment.dt_ms),
            experiment.background.mean_nA,
            model::background_sigma_nA(experiment.background.sigma_wn_nA_sqrt_s,
                                       experiment.synapses.tau_syn_ms)},
      streams_{experiment.seed},
      nA_per_quantum_(model::fixed_point_quantum / experiment.neuron.r_leak_MOhm),
      v_mV_(size_),
      i_syn_nA_(size_),
      i_bg_nA_(size_),
      refractory_(size_),
      stimulus_mV_(size_),
      i_stim_nA_(size_),
      input_(static_cast<std::size_t>(model::max_block_steps) * size_),
      has_input_(static_cast<std::size_t>(model::max_block_steps) * n_tiles()),
      global_ids_(size_),
      noise_(static_cast<std::size_t>(4) * size_),
      noise_quad_(n_tiles()) {
    for (std::uint32_t i = 0; i < size_; ++i) global_ids_[i] = network.global_id(i);
    v_init_mV_ = experiment.neuron.v_init_mV;
    rest();
}

void NeuronPopulation::rest() {
    std::fill(v_mV_.begin(), v_mV_.end(), v_init_mV_);
    for (auto* state : {&i_syn_nA_, &i_bg_nA_, &refractory_, &stimulus_mV_, &i_stim_nA_})
        std::fill(state->begin(), state->end(), 0.0);
    std::fill(input_.begin(), input_.end(), 0);
    std::fill(has_input_.begin(), has_input_.end(), 0);
    std::fill(noise_quad_.begin(), noise_quad_.end(), -1);
}

void NeuronPopulation::clear_stimulus(std::uint32_t tile) {
    std::fill(stimulus_mV_.begin() + tile_begin(tile), stimulus_mV_.begin() + tile_end(tile), 0.0);
    std::fill(i_stim_nA_.begin() + tile_begin(tile), i_stim_nA_.begin() + tile_end(tile), 0.0);
}

void NeuronPopulation::draw_noise(std::uint32_t tile, Step step) {
    const Step quad = step >> 2;
    if (noise_quad_[tile] == quad) return;
    noise_quad_[tile] = quad;
    const std::uint32_t begin = tile_begin(tile);
    const std::size_t count = tile_end(tile) - begin;
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
bool NeuronPopulation::advance_tile(std::uint32_t begin, std::uint32_t end, const float* noise,
                                    model::FixedPoint* input) {
    const model::StepNeuron step_neuron = step_;
    const double nA_per_quantum = nA_per_quantum_;
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
    return highest == just_fired();
}

void NeuronPopulation::advance(std::uint32_t tile, Step step, int step_in_block, bool stimulated,
                               std::vector<std::uint32_t>& fired) {
    const std::uint32_t begin = tile_begin(tile);
    const std::uint32_t end = tile_end(tile);
    const bool noisy = step_.bg_sigma_nA > 0.0;
    if (noisy) draw_noise(tile, step);
    const float* noise = &noise_[static_cast<std::size_t>(step & 3) * size_ + begin];
    std::uint8_t& has_input =
        has_input_[static_cast<std::size_t>(step_in_block) * n_tiles() + tile];
    model::FixedPoint* input = &input_[static_cast<std::size_t>(step_in_block) * size_ + begin];

    const int variant = (noisy ? 4 : 0) | (has_input ? 2 : 0) | (stimulated ? 1 : 0);
    bool any = false;
    switch (variant) {
        case 0:
            any = advance_tile<false, false, false>(begin, end, noise, input);
            break;
        case 1:
            any = advance_tile<false, false, true>(begin, end, noise, input);
            break;
        case 2:
            any = advance_tile<false, true, false>(begin, end, noise, input);
            break;
        case 3:
            any = advance_tile<false, true, true>(begin, end, noise, input);
            break;
        case 4:
            any = advance_tile<true, false, false>(begin, end, noise, input);
            break;
        case 5:
            any = advance_tile<true, false, true>(begin, end, noise, input);
            break;
        case 6:
            any = advance_tile<true, true, false>(begin, end, noise, input);
            break;
        default:
            any = advance_tile<true, true, true>(begin, end, noise, input);
            break;
    }
    has_input = 0;
    if (any)
        for (std::uint32_t i = begin; i < end; ++i)
            if (refractory_[i] == just_fired()) fired.push_back(i);
}

NeuronPopulation::Sample NeuronPopulation::sample(std::uint32_t neuron, int step_in_block) const {
    const model::FixedPoint input =
        input_[static_cast<std::size_t>(step_in_block) * size_ + neuron];
    const double v = v_mV_[neuron];
    return {v >= step_.propagator.v_th_mV ? step_.propagator.v_reset_mV : v,
            i_syn_nA_[neuron] + static_cast<double>(input) * nA_per_quantum_,
            step_.bg_mean_nA + i_bg_nA_[neuron], i_stim_nA_[neuron]};
}

void NeuronPopulation::check_finite(Step step) const {
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

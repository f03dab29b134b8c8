// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_block_noise.hpp"

#include <cmath>
#include <numeric>

namespace engram::test {

namespace {

double product(const std::vector<double>& x, const std::vector<double>& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

std::vector<double> unit(std::vector<double> x) {
    const double length = std::sqrt(product(x, x));
    for (double& one : x) one /= length;
    return x;
}

}  // namespace

DenseBlockNoise::DenseBlockNoise(const DenseNeuron& neuron, int n_steps) {
    // What one normal number of 1 at a step leaves at the end of the block.
    Numbers on_current, on_potential;
    for (int hit = 0; hit < n_steps; ++hit) {
        double v = 0.0, current = 0.0;
        for (int step = 0; step < n_steps; ++step) {
            const double noise = step == hit ? 1.0 : 0.0;
            v = v * neuron.membrane_decay + neuron.mV_per_nA * current +
                neuron.noise_mV_per_sigma * noise;
            current = current * neuron.current_decay + neuron.noise_per_sigma * noise;
        }
        on_current.push_back(current);
        on_potential.push_back(v);
    }
    first_ = unit(on_current);
    second_.assign(first_.size(), 0.0);
    if (n_steps == 1) return;
    const double along_first = product(on_potential, first_);
    for (std::size_t k = 0; k < first_.size(); ++k)
        second_[k] = on_potential[k] - along_first * first_[k];
    second_ = unit(second_);
}

std::vector<double> DenseBlockNoise::draw(const model::RandomStreams& streams, NeuronId id,
                                          Step begin) const {
    const auto words =
        streams(model::Purpose::background_block, id / 2, 0, static_cast<std::uint64_t>(begin));
    const unsigned half = id % 2 * 2;
    const auto wanted = model::normal_pair(words.word[half], words.word[half + 1]);
    Numbers noise;
    for (std::size_t k = 0; k < first_.size(); ++k)
        noise.push_back(model::normal_at_step(streams, model::Purpose::background, id, 0,
                                              begin + static_cast<Step>(k)));
    const double more_first = wanted.first - product(first_, noise);
    const double more_second = wanted.second - product(second_, noise);
    for (std::size_t k = 0; k < first_.size(); ++k)
        noise[k] += first_[k] * more_first + second_[k] * more_second;
    return noise;
}

}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_neuron.hpp"

#include <cmath>

#include "oracle/dense_integral.hpp"

namespace engram::test {

namespace {
constexpr int n_intervals = 64;
}  // namespace

DenseNeuron::DenseNeuron(const NeuronParameters& neuron, double tau_syn_ms, double dt_ms) {
    const double tau_mem_ms = neuron.r_leak_MOhm * neuron.c_mem_nF;
    membrane_decay = std::exp(-dt_ms / tau_mem_ms);
    current_decay = std::exp(-dt_ms / tau_syn_ms);
    // V a time after a current of 1 nA has begun to decay: it charges the capacitance all along.
    const auto response_mV = [&](double time_ms) {
        return integral(0.0, time_ms, n_intervals, [&](double s) {
            return std::exp(-s / tau_syn_ms) * std::exp(-(time_ms - s) / tau_mem_ms) /
                   neuron.c_mem_nF;
        });
    };
    mV_per_nA = response_mV(dt_ms);
    // White noise sigma sqrt(2/tau) dW at each time before the end of the step reaches the current
    // by its decay, and V by the response: variance of the one, covariance of both.
    const double intensity = 2.0 / tau_syn_ms;
    const double variance = integral(0.0, dt_ms, n_intervals, [&](double before_ms) {
        return intensity * std::exp(-2.0 * before_ms / tau_syn_ms);
    });
    const double covariance = integral(0.0, dt_ms, n_intervals, [&](double before_ms) {
        return intensity * std::exp(-before_ms / tau_syn_ms) * response_mV(before_ms);
    });
    noise_per_sigma = std::sqrt(variance);
    noise_mV_per_sigma = covariance / noise_per_sigma;
}

}  // namespace engram::test

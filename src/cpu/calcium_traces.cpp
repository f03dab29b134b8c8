#include "cpu/calcium_traces.hpp"

#include <algorithm>

#include "model/neuron.hpp"
#include "simulation/shortest_refractory.hpp"

namespace engram {

namespace {

// Decays all traces over a block and returns the highest.
double decay_all(std::vector<double>& traces, double factor) {
    double highest = 0.0;
    double* values = traces.data();
    const std::size_t n = traces.size();
#pragma omp simd reduction(max : highest)
    for (std::size_t i = 0; i < n; ++i) {
        values[i] *= factor;
        highest = values[i] > highest ? values[i] : highest;
    }
    return highest;
}

}  // namespace

CalciumTraces::CalciumTraces(const Network& network, const Experiment& experiment)
    : ca_pre_(experiment.synapses.ca_pre),
      ca_post_(experiment.synapses.ca_post),
      refractory_steps_(shortest_refractory_steps(experiment, PopulationKind::excitatory)),
      decay_(experiment.synapses.tau_ca_ms, experiment.dt_ms),
      pre_start_(network.plastic().n_sources()),
      pre_jumps_(network.plastic().n_sources()),
      post_start_(network.n_local()),
      post_jumps_(network.n_local()) {}

void CalciumTraces::rest() {
    std::fill(pre_start_.begin(), pre_start_.end(), 0.0);
    std::fill(pre_jumps_.begin(), pre_jumps_.end(), 0);
    std::fill(post_start_.begin(), post_start_.end(), 0.0);
    std::fill(post_jumps_.begin(), post_jumps_.end(), 0);
    pre_spiking_.clear();
    post_spiking_.clear();
    highest_pre_start_ = highest_post_start_ = 0.0;
}

void CalciumTraces::restore(const std::vector<double>& pre) {
    const auto highest = [](const std::vector<double>& values) {
        return values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
    };
    pre_start_ = pre;
    highest_pre_start_ = highest(pre_start_);
    highest_post_start_ = highest(post_start_);
}

void CalciumTraces::begin_block(Step begin, int steps, std::span<const SpikeEvent> influx) {
    steps_ = steps;
    highest_pre_ = highest_pre_start_;
    for (const auto& [step, source] : influx) {
        if (pre_jumps_[source] == 0) pre_spiking_.push_back(source);
        pre_jumps_[source] |= 1u << (step - begin);
    }
    for (const NeuronId source : pre_spiking_)
        highest_pre_ = std::max(highest_pre_, pre(source).upper_bound());
    highest_post_gain_ = model::most_spikes(steps, refractory_steps_) * ca_post_;
}

void CalciumTraces::end_block() {
    // Traces with jumps are computed first: the plain decay below must not touch their result.
    std::vector<double> ends;
    ends.reserve(pre_spiking_.size() + post_spiking_.size());
    for (const NeuronId source : pre_spiking_) ends.push_back(pre(source).at_end(steps_, decay_));
    for (const std::uint32_t j : post_spiking_) ends.push_back(post(j).at_end(steps_, decay_));

    highest_pre_start_ = decay_all(pre_start_, decay_.factor[steps_]);
    highest_post_start_ = decay_all(post_start_, decay_.factor[steps_]);

    std::size_t next = 0;
    for (const NeuronId source : pre_spiking_) {
        pre_start_[source] = ends[next++];
        pre_jumps_[source] = 0;
        highest_pre_start_ = std::max(highest_pre_start_, pre_start_[source]);
    }
    for (const std::uint32_t j : post_spiking_) {
        post_start_[j] = ends[next++];
        post_jumps_[j] = 0;
        highest_post_start_ = std::max(highest_post_start_, post_start_[j]);
    }
    pre_spiking_.clear();
    post_spiking_.clear();
}

}  // namespace engram

#include "cpu/calcium_traces.hpp"

#include <algorithm>

#include "model/neuron.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/shortest_refractory.hpp"

namespace engram {

namespace {

// Decays all traces over a block and returns the highest.
double decay_all(double* values, std::size_t n, double factor) {
    double highest = 0.0;
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
      n_sources_(network.plastic().n_sources()),
      n_local_(network.n_local()),
      storage_(make_host_storage<plasticity::CalciumView>(sizes_of_state(network))),
      post_jumps_(n_local_) {
    storage_.describe(view_);
}

void CalciumTraces::rest() {
    set_at_rest(storage_);
    std::fill(post_jumps_.begin(), post_jumps_.end(), 0);
    pre_spiking_.clear();
    post_spiking_.clear();
    arriving_.clear();
    highest_pre_start_ = highest_post_start_ = 0.0;
}

void CalciumTraces::restore() {
    const auto highest = [](const double* values, std::size_t n) {
        return n == 0 ? 0.0 : *std::max_element(values, values + n);
    };
    highest_pre_start_ = highest(view_.pre_start, n_sources_);
    highest_post_start_ = highest(view_.post_start, n_local_);
}

void CalciumTraces::begin_block(Step begin, int steps, std::span<const SpikeEvent> influx) {
    steps_ = steps;
    highest_pre_ = highest_pre_start_;
    for (const auto& [step, source] : influx) {
        if (view_.pre_jumps[source] == 0) pre_spiking_.push_back(source);
        view_.pre_jumps[source] |= 1u << (step - begin);
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

    highest_pre_start_ = decay_all(view_.pre_start, n_sources_, decay_.factor[steps_]);
    highest_post_start_ = decay_all(view_.post_start, n_local_, decay_.factor[steps_]);

    std::size_t next = 0;
    for (const NeuronId source : pre_spiking_) {
        view_.pre_start[source] = ends[next++];
        view_.pre_jumps[source] = 0;
        highest_pre_start_ = std::max(highest_pre_start_, view_.pre_start[source]);
    }
    for (const std::uint32_t j : post_spiking_) {
        view_.post_start[j] = ends[next++];
        post_jumps_[j] = 0;
        highest_post_start_ = std::max(highest_post_start_, view_.post_start[j]);
    }
    for (const NeuronId source : arriving_) view_.arrivals[source] = 0;
    pre_spiking_.clear();
    post_spiking_.clear();
    arriving_.clear();
}

}  // namespace engram

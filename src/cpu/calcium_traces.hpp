// Calcium traces of all presynaptic neurons and of the local postsynaptic ones, block by block.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/host_storage.hpp"
#include "model/neuron.hpp"
#include "network/network.hpp"
#include "plasticity/calcium_view.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/spike.hpp"

namespace engram {

class CalciumTraces {
  public:
    CalciumTraces(const Network& network, const Experiment& experiment)
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

    //! No calcium.
    void rest() {
        set_at_rest(storage_);
        std::fill(post_jumps_.begin(), post_jumps_.end(), 0);
        pre_spiking_.clear();
        post_spiking_.clear();
        arriving_.clear();
        highest_pre_start_ = highest_post_start_ = 0.0;
    }

    // State between two blocks.
    void collect(LocalState& local) { collect_saved(storage_, local); }
    //! Takes over a saved state, which has been written through what was collected.
    void restore() {
        const auto highest = [](const double* values, std::size_t n) {
            return n == 0 ? 0.0 : *std::max_element(values, values + n);
        };
        highest_pre_start_ = highest(view_.pre_start, n_sources_);
        highest_post_start_ = highest(view_.post_start, n_local_);
    }

    //! \param influx  of presynaptic calcium in this block
    void begin_block(Step begin, int steps, std::span<const SpikeEvent> influx) {
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
    //! A local excitatory neuron fires at a step of the present block.
    void add_post_spike(std::uint32_t neuron, int step_in_block) {
        if (post_jumps_[neuron] == 0) post_spiking_.push_back(neuron);
        post_jumps_[neuron] |= 1u << step_in_block;
    }
    void end_block() {
        // Traces with jumps are computed first: the plain decay below must not touch their result.
        std::vector<double> ends;
        ends.reserve(pre_spiking_.size() + post_spiking_.size());
        for (const NeuronId source : pre_spiking_)
            ends.push_back(pre(source).at_end(steps_, decay_));
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

    model::CalciumTrace pre(NeuronId source) const {
        return {view_.pre_start[source], ca_pre_, view_.pre_jumps[source]};
    }
    model::CalciumTrace post(std::uint32_t neuron) const {
        return {view_.post_start[neuron], ca_post_, post_jumps_[neuron]};
    }
    const model::CalciumDecay& decay() const { return decay_; }

    //! No presynaptic trace is above this within the present block.
    double highest_pre() const { return highest_pre_; }
    //! Most that a postsynaptic trace can gain from spikes within the present block.
    double highest_post_gain() const { return highest_post_gain_; }
    //! Highest postsynaptic trace at the start of the present block.
    double highest_post_start() const { return highest_post_start_; }
    const double* post_start() const { return view_.post_start; }
    std::uint32_t n_sources() const { return n_sources_; }

    //! Steps of the present block at which spikes of a source arrive.
    model::BlockMask arrivals(NeuronId source) const { return view_.arrivals[source]; }
    void mark_arrival(NeuronId source, int step_in_block) {
        if (view_.arrivals[source] == 0) arriving_.push_back(source);
        view_.arrivals[source] |= 1u << step_in_block;
    }

  private:
    // Decays all traces over a block and returns the highest.
    static double decay_all(double* values, std::size_t n, double factor) {
        double highest = 0.0;
#pragma omp simd reduction(max : highest)
        for (std::size_t i = 0; i < n; ++i) {
            values[i] *= factor;
            highest = values[i] > highest ? values[i] : highest;
        }
        return highest;
    }

    double ca_pre_;
    double ca_post_;
    int refractory_steps_;
    model::CalciumDecay decay_;
    int steps_ = 0;

    std::uint32_t n_sources_;
    std::uint32_t n_local_;
    plasticity::Storage<plasticity::CalciumView, HostArray> storage_;
    plasticity::CalciumView view_;
    std::vector<model::BlockMask> post_jumps_;
    // Those with events in the present block:
    std::vector<NeuronId> pre_spiking_;
    std::vector<std::uint32_t> post_spiking_;
    std::vector<NeuronId> arriving_;

    double highest_pre_start_ = 0;
    double highest_pre_ = 0;
    double highest_post_start_ = 0;
    double highest_post_gain_ = 0;
};

}  // namespace engram

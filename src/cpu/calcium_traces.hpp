// SPDX-License-Identifier: Apache-2.0
// Calcium traces of presynaptic neurons, and of the local postsynaptic ones, window by window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/host_storage.hpp"
#include "cpu/hot_sources.hpp"
#include "model/neuron.hpp"
#include "network/network.hpp"
#include "plasticity/calcium_view.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/spike.hpp"

namespace engram {

class CalciumTraces {
  public:
    CalciumTraces(const Network& network, const Experiment& experiment)
        : refractory_steps_(shortest_refractory_steps(experiment, PopulationKind::excitatory)),
          decay_(experiment.synapses.tau_ca_ms, experiment.dt_ms),
          storage_(make_host_storage<plasticity::CalciumView>({network.n_local(), 0, 0})),
          pre_(network.plastic().n_sources(), experiment.synapses.ca_pre),
          post_now_(network.n_local()),
          post_highest_(network.n_local()) {
        storage_.describe(view_);
        post_ = {view_.post_start, network.n_local(), experiment.synapses.ca_post,
                 std::vector<model::StepSet>(network.n_local())};
    }
    CalciumTraces(const CalciumTraces&) = delete;
    CalciumTraces& operator=(const CalciumTraces&) = delete;

    //! No calcium.
    void rest() {
        set_at_rest(storage_);
        std::ranges::fill(post_.jumps, model::StepSet{});
        post_.spiking.clear();
        pre_.rest();
        post_.find_highest();
        begin_window();
    }

    // State between two windows.
    void collect(LocalState& local) {
        saved_pre_ = pre_.starts();
        storage_.for_each_saved([&](const auto& variable, auto& values) {
            local.add(variable.by, variable.domain, variable.name,
                      variable.by == plasticity::By::source ? std::span<double>(saved_pre_)
                                                            : std::span<double>(values));
        });
    }
    //! Takes over a saved state, which has been written through what was collected.
    void restore() {
        if (!saved_pre_.empty()) pre_.take_over(saved_pre_);
        saved_pre_ = {};
        post_.find_highest();
        begin_window();
    }

    //! \param at      first step of the block within the window
    //! \param influx  of presynaptic calcium in this block
    void begin_block(Step begin, int at, int steps, std::span<const SpikeEvent> influx) {
        at_ = at;
        for (const auto& [step, source] : influx)
            pre_.add_influx(source, at + static_cast<int>(step - begin));
        highest_post_gain_ = model::most_spikes(steps, refractory_steps_) * post_.jump;
    }
    //! A local excitatory neuron fires at a step of the window.
    void add_post_spike(std::uint32_t neuron, int step) {
        post_.add(neuron, step);
        post_highest_[neuron] += post_.jump;
        highest_post_ = std::max(highest_post_, post_highest_[neuron]);
    }
    //! \param at  the end of the block, and not of its window
    void end_block(int at) {
        const double factor = decay_.factor[at];
        for (std::uint32_t j = 0; j < post_.n; ++j) post_now_[j] = post_.start[j] * factor;
        for (const std::uint32_t j : post_.spiking) post_now_[j] = post(j).at_end(at, decay_);
    }
    void end_window(int steps) {
        pre_.end_window(steps, decay_);
        post_.end_window(steps, decay_);
        begin_window();
    }

    model::CalciumTrace pre(NeuronId source) const { return pre_.trace(source); }
    //! With the spikes of the window until now.
    model::CalciumTrace post(std::uint32_t neuron) const { return post_[neuron]; }
    const model::CalciumDecay& decay() const { return decay_; }

    //! No presynaptic trace is above this within the window until the end of the block.
    double highest_pre() const { return pre_.highest(); }
    //! No presynaptic trace of a source is above this in the present block.
    double highest_pre_now(NeuronId source) const {
        return pre(source).upper_bound_from(at_, decay_);
    }
    //! Most that a postsynaptic trace can gain from spikes within the present block.
    double highest_post_gain() const { return highest_post_gain_; }
    //! No postsynaptic trace has been above this in the window.
    double highest_post() const { return highest_post_; }
    //! By neuron, likewise.
    const double* post_highest() const { return post_highest_.data(); }
    //! By neuron, at the start of the present block.
    const double* post_now() const { return post_now_.data(); }
    //! By neuron, at the start of the window.
    const double* post_start() const { return view_.post_start; }

    //! Steps of the window at which spikes of a source arrive.
    const model::StepSet& arrivals(NeuronId source) const { return pre_.arrivals(source); }
    void mark_arrival(NeuronId source, int step) { pre_.add_arrival(source, step); }
    const HotSources& sources() const { return pre_; }

  private:
    // Postsynaptic traces at the start of the window.
    struct Post {
        double* start = nullptr;
        std::uint32_t n = 0;
        double jump = 0;
        std::vector<model::StepSet> jumps = {};
        std::vector<std::uint32_t> spiking = {};  //!< in the window
        double highest_start = 0;
        std::vector<double> ends = {};  //!< of those that are spiking

        model::CalciumTrace operator[](std::uint32_t j) const { return {start[j], jump, jumps[j]}; }
        void add(std::uint32_t j, int step) {
            if (jumps[j].empty()) spiking.push_back(j);
            jumps[j].add(step);
        }
        void find_highest() { highest_start = n == 0 ? 0.0 : *std::max_element(start, start + n); }
        void end_window(int steps, const model::CalciumDecay& decay) {
            // Traces with jumps are computed first: the plain decay must not touch their result.
            ends.clear();
            for (const std::uint32_t j : spiking) ends.push_back((*this)[j].at_end(steps, decay));
            highest_start = decay_all(start, n, decay.factor[steps]);
            for (std::size_t q = 0; q < spiking.size(); ++q) {
                start[spiking[q]] = ends[q];
                jumps[spiking[q]] = {};
                highest_start = std::max(highest_start, ends[q]);
            }
            spiking.clear();
        }
    };

    void begin_window() {
        std::copy_n(post_.start, post_.n, post_now_.data());
        std::copy_n(post_.start, post_.n, post_highest_.data());
        highest_post_ = post_.highest_start;
    }

    // Decays all traces over a window and returns the highest.
    static double decay_all(double* values, std::size_t n, double factor) {
        double highest = 0.0;
#pragma omp simd reduction(max : highest)
        for (std::size_t i = 0; i < n; ++i) {
            values[i] *= factor;
            highest = values[i] > highest ? values[i] : highest;
        }
        return highest;
    }

    int refractory_steps_;
    model::CalciumDecay decay_;
    plasticity::Storage<plasticity::CalciumView, HostArray> storage_;
    plasticity::CalciumView view_;
    HotSources pre_;
    Post post_;
    std::vector<double> saved_pre_;  //!< by source, while it is saved or restored
    int at_ = 0;                     //!< first step of the present block within the window
    std::vector<double> post_now_;
    std::vector<double> post_highest_;
    double highest_post_ = 0;
    double highest_post_gain_ = 0;
};

}  // namespace engram

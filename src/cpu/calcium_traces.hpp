// Calcium traces of all presynaptic neurons and of the local postsynaptic ones, block by block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/host_storage.hpp"
#include "network/network.hpp"
#include "plasticity/calcium_view.hpp"
#include "simulation/spike.hpp"

namespace engram {

class CalciumTraces {
  public:
    CalciumTraces(const Network& network, const Experiment& experiment);

    //! No calcium.
    void rest();

    // State between two blocks.
    void collect(LocalState& local) { collect_saved(storage_, local); }
    //! Takes over a saved state, which has been written through what was collected.
    void restore();

    //! \param influx  of presynaptic calcium in this block
    void begin_block(Step begin, int steps, std::span<const SpikeEvent> influx);
    //! A local excitatory neuron fires at a step of the present block.
    void add_post_spike(std::uint32_t neuron, int step_in_block) {
        if (post_jumps_[neuron] == 0) post_spiking_.push_back(neuron);
        post_jumps_[neuron] |= 1u << step_in_block;
    }
    void end_block();

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

// Calcium traces of all presynaptic neurons and of the local postsynaptic ones, block by block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/calcium.hpp"
#include "network/network.hpp"
#include "simulation/spike.hpp"

namespace engram {

class CalciumTraces {
  public:
    CalciumTraces(const Network& network, const Experiment& experiment);

    //! No calcium.
    void rest();

    // State between two blocks.
    const std::vector<double>& pre_start() const { return pre_start_; }
    std::span<double> post_state() { return post_start_; }
    //! Takes over a saved state; the postsynaptic part has been written through post_state().
    void restore(const std::vector<double>& pre);

    //! \param influx  of presynaptic calcium in this block
    void begin_block(Step begin, int steps, std::span<const SpikeEvent> influx);
    //! A local excitatory neuron fires at a step of the present block.
    void add_post_spike(std::uint32_t neuron, int step_in_block) {
        if (post_jumps_[neuron] == 0) post_spiking_.push_back(neuron);
        post_jumps_[neuron] |= 1u << step_in_block;
    }
    void end_block();

    model::CalciumTrace pre(NeuronId source) const {
        return {pre_start_[source], ca_pre_, pre_jumps_[source]};
    }
    model::CalciumTrace post(std::uint32_t neuron) const {
        return {post_start_[neuron], ca_post_, post_jumps_[neuron]};
    }
    const model::CalciumDecay& decay() const { return decay_; }

    //! No presynaptic trace is above this within the present block.
    double highest_pre() const { return highest_pre_; }
    //! Most that a postsynaptic trace can gain from spikes within the present block.
    double highest_post_gain() const { return highest_post_gain_; }
    //! Highest postsynaptic trace at the start of the present block.
    double highest_post_start() const { return highest_post_start_; }
    const std::vector<double>& post_start() const { return post_start_; }
    std::uint32_t n_sources() const { return static_cast<std::uint32_t>(pre_start_.size()); }

  private:
    double ca_pre_;
    double ca_post_;
    int refractory_steps_;
    model::CalciumDecay decay_;
    int steps_ = 0;

    std::vector<double> pre_start_;
    std::vector<model::BlockMask> pre_jumps_;
    std::vector<NeuronId> pre_spiking_;
    std::vector<double> post_start_;
    std::vector<model::BlockMask> post_jumps_;
    std::vector<std::uint32_t> post_spiking_;

    double highest_pre_start_ = 0;
    double highest_pre_ = 0;
    double highest_post_start_ = 0;
    double highest_post_gain_ = 0;
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Samples of the recorded neurons and synapses that this rank owns, kept until they are gathered.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "plasticity/samples.hpp"

namespace engram {

class TraceSampler {
  public:
    struct RecordedNeuron {
        std::uint32_t local;
        std::size_t index;  //!< in Recording::neurons
    };

    TraceSampler(const Network& network, const Experiment& experiment);

    const std::vector<RecordedNeuron>& neurons() const { return neurons_; }
    const std::vector<SampledSynapse>& synapses() const { return synapses_; }
    //! Indices into Recording::synapses of those whose target is here but which do not exist.
    const std::vector<std::size_t>& missing() const { return missing_; }
    //! Whether anything is recorded on any rank.
    bool empty() const { return n_recorded_ == 0; }

    //! Whether spiking phases are sampled at a step.
    bool due(Step step) const {
        return !empty() && step % every_steps_ == 0 && first_ <= step && step <= last_;
    }
    //! The first and the last step at which anything is sampled.
    Step first() const { return first_; }
    Step last() const { return last_; }

    //! Adds an empty row of samples and returns its number.
    std::size_t add_row(Step step);
    std::size_t n_rows() const { return steps_.size(); }
    const std::vector<Step>& steps() const { return steps_; }

    //! Values of a neuron and of a synapse, in the order of their columns.
    std::size_t neuron_width() const { return neuron_width_; }
    std::size_t synapse_width() const { return synapse_width_; }
    double* neuron_values(std::size_t row, std::size_t q) {
        return &values_[row * width() + q * neuron_width_];
    }
    double* synapse_values(std::size_t row, std::size_t q) {
        return &values_[row * width() + neurons_.size() * neuron_width_ + q * synapse_width_];
    }
    //! Values of one row on this rank: of neurons(), then of synapses().
    std::size_t width() const {
        return neurons_.size() * neuron_width_ + synapses_.size() * synapse_width_;
    }
    const std::vector<double>& values() const { return values_; }
    //! Values of the last `n` rows, to be filled in.
    std::span<double> last_rows(std::size_t n) { return std::span(values_).last(n * width()); }
    void clear();

  private:
    Step every_steps_;
    Step first_;
    Step last_;
    std::size_t n_recorded_;
    std::size_t neuron_width_;
    std::size_t synapse_width_;
    std::vector<RecordedNeuron> neurons_;
    std::vector<SampledSynapse> synapses_;
    std::vector<std::size_t> missing_;
    std::vector<Step> steps_;
    std::vector<double> values_;
};

}  // namespace engram

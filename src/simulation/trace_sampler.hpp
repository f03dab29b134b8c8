// SPDX-License-Identifier: Apache-2.0
// Samples of the recorded neurons and synapses that this rank owns, kept until they are gathered.
// Each recording has samples of its own: of all columns, at its own times.
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
        std::uint32_t recording;  //!< its number, see Recording::recording
        std::size_t index;        //!< in TraceRecording::neurons
    };
    // A synapse that is recorded but does not exist.
    struct MissingSynapse {
        std::size_t recording;
        std::size_t index;  //!< in TraceRecording::synapses
    };

    TraceSampler(const Network& network, const Experiment& experiment);

    //! Ascending by local; one that several recordings have, several times.
    const std::vector<RecordedNeuron>& neurons() const { return neurons_; }
    //! Those of one recording after those of another.
    const std::vector<SampledSynapse>& synapses() const { return synapses_; }
    //! Those whose target is here.
    const std::vector<MissingSynapse>& missing() const { return missing_; }
    //! Whether anything is recorded on any rank.
    bool empty() const { return last_ < first_; }

    //! Whether any recording samples a step of a spiking phase.
    bool due(Step step) const;
    //! The first and the last step at which anything is sampled.
    Step first() const { return first_; }
    Step last() const { return last_; }

    //! Adds an empty row of samples to each recording that is due at a step of a spiking phase, and
    //! returns a number that stands for these rows.
    std::size_t add_row(Step step);
    //! Likewise at a step of a consolidation, which all sample at that are on.
    std::size_t add_consolidation_row(Step step);
    std::size_t n_rows() const { return row_of_.size() / recordings_.size(); }
    //! Whether a recording has one of the rows that a number stands for.
    bool has_row(std::size_t row, std::uint32_t recording) const {
        return row_of_[row * recordings_.size() + recording] != no_row;
    }

    //! Values of a neuron and of a synapse, in the order of their columns; null if their recording
    //! has no such row. Valid until a row is added.
    double* neuron_values(std::size_t row, std::size_t q) {
        return values_at(row, neurons_[q].recording, neuron_offsets_[q]);
    }
    double* synapse_values(std::size_t row, std::size_t q) {
        return values_at(row, recording_of_synapse_[q], synapse_offsets_[q]);
    }
    std::uint32_t recording_of_synapse(std::size_t q) const { return recording_of_synapse_[q]; }
    std::size_t neuron_width() const { return neuron_width_; }
    std::size_t synapse_width() const { return synapse_width_; }

    // What is gathered of one recording.
    struct Samples {
        std::vector<Step> steps;
        //! By row: of its neurons here, then of its synapses here, in the order of neurons() and
        //! synapses().
        std::vector<double> values;
        std::size_t width = 0;
    };
    std::size_t n_recordings() const { return recordings_.size(); }
    const Samples& samples(std::size_t recording) const { return recordings_[recording]; }
    void clear();

  private:
    static constexpr auto no_row = static_cast<std::size_t>(-1);
    struct Recorded : Samples {
        Step every_steps = 1;
        Step first = 0;
        Step last = -1;  //!< before the first: nothing is recorded

        bool is_on(Step step) const { return first <= step && step <= last; }
        bool due(Step step) const { return is_on(step) && step % every_steps == 0; }
    };

    void add_recording(std::uint32_t number, const TraceRecording& recording,
                       const Network& network, const Experiment& experiment);
    void lay_out();
    template <class IsWanted>
    std::size_t add_rows(Step step, const IsWanted& is_wanted);
    double* values_at(std::size_t row, std::uint32_t recording, std::size_t offset) {
        Recorded& recorded = recordings_[recording];
        const std::size_t own_row = row_of_[row * recordings_.size() + recording];
        return own_row == no_row ? nullptr : &recorded.values[own_row * recorded.width + offset];
    }

    Step first_ = 0;
    Step last_ = -1;
    std::size_t neuron_width_;
    std::size_t synapse_width_;
    std::vector<Recorded> recordings_;
    std::vector<RecordedNeuron> neurons_;
    std::vector<SampledSynapse> synapses_;
    std::vector<std::uint32_t> recording_of_synapse_;
    std::vector<std::size_t> neuron_offsets_;  //!< within a row of its recording
    std::vector<std::size_t> synapse_offsets_;
    std::vector<MissingSynapse> missing_;
    std::vector<std::size_t> row_of_;  //!< by number and recording
};

}  // namespace engram

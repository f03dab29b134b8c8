// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace_sampler.hpp"

#include <algorithm>

#include "plasticity/recorded.hpp"

namespace engram {

TraceSampler::TraceSampler(const Network& network, const Experiment& experiment)
    : neuron_width_(neuron_columns(experiment.synapses, experiment.protein_diffusion()).size()),
      synapse_width_(synapse_columns(experiment.synapses).size()),
      recordings_(experiment.record.n_recordings()) {
    for (std::uint32_t i = 0; i < recordings_.size(); ++i)
        add_recording(i, experiment.record.recording(i), network, experiment);
    std::ranges::stable_sort(neurons_, {}, &RecordedNeuron::local);
    lay_out();
}

void TraceSampler::add_recording(std::uint32_t number, const TraceRecording& recording,
                                 const Network& network, const Experiment& experiment) {
    if (recording.neurons.empty() && recording.synapses.empty()) return;
    Recorded& recorded = recordings_[number];
    recorded.every_steps = recording.every_steps;
    recorded.first = experiment.steps_from_s(recording.from_s);
    recorded.last =
        recording.to_s ? experiment.steps_from_s(*recording.to_s) : experiment.duration_steps();
    first_ = empty() ? recorded.first : std::min(first_, recorded.first);
    last_ = std::max(last_, recorded.last);
    for (std::size_t i = 0; i < recording.neurons.size(); ++i)
        if (network.owns(recording.neurons[i]))
            neurons_.push_back({network.partition().local_index(recording.neurons[i]), number, i});
    for (std::size_t i = 0; i < recording.synapses.size(); ++i) {
        const auto [pre, post] = recording.synapses[i];
        if (!network.owns(post)) continue;
        const std::uint32_t target = network.partition().local_index(post);
        const SynapseIndex k = network.plastic().find(pre, target);
        if (k == network.plastic().size()) {
            missing_.push_back({number, i});
        } else {
            synapses_.push_back({k, pre, target, i});
            recording_of_synapse_.push_back(number);
        }
    }
}

void TraceSampler::lay_out() {
    const auto place = [&](std::uint32_t recording, std::size_t width) {
        const std::size_t offset = recordings_[recording].width;
        recordings_[recording].width += width;
        return offset;
    };
    for (const RecordedNeuron& neuron : neurons_)
        neuron_offsets_.push_back(place(neuron.recording, neuron_width_));
    for (const std::uint32_t recording : recording_of_synapse_)
        synapse_offsets_.push_back(place(recording, synapse_width_));
}

bool TraceSampler::due(Step step) const {
    return std::ranges::any_of(recordings_, [&](const Recorded& one) { return one.due(step); });
}

template <class IsWanted>
std::size_t TraceSampler::add_rows(Step step, const IsWanted& is_wanted) {
    const std::size_t number = n_rows();
    for (Recorded& recorded : recordings_) {
        row_of_.push_back(is_wanted(recorded) ? recorded.steps.size() : no_row);
        if (row_of_.back() == no_row) continue;
        recorded.steps.push_back(step);
        recorded.values.resize(recorded.values.size() + recorded.width);
    }
    return number;
}

std::size_t TraceSampler::add_row(Step step) {
    return add_rows(step, [&](const Recorded& one) { return one.due(step); });
}

std::size_t TraceSampler::add_consolidation_row(Step step) {
    return add_rows(step, [&](const Recorded& one) { return one.is_on(step); });
}

void TraceSampler::clear() {
    row_of_.clear();
    for (Recorded& recorded : recordings_) {
        recorded.steps.clear();
        recorded.values.clear();
    }
}

}  // namespace engram

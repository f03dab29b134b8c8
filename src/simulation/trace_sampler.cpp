// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace_sampler.hpp"

#include <algorithm>

#include "plasticity/recorded.hpp"

namespace engram {

TraceSampler::TraceSampler(const Network& network, const Experiment& experiment)
    : every_steps_(experiment.record.every_steps),
      first_(experiment.steps_from_s(experiment.record.from_s)),
      last_(experiment.record.to_s ? experiment.steps_from_s(*experiment.record.to_s)
                                   : experiment.duration_steps()),
      n_recorded_(experiment.record.neurons.size() + experiment.record.synapses.size()),
      neuron_width_(neuron_columns(experiment.synapses, experiment.protein_diffusion()).size()),
      synapse_width_(synapse_columns(experiment.synapses).size()) {
    const Recording& recording = experiment.record;
    for (std::size_t i = 0; i < recording.neurons.size(); ++i)
        if (network.owns(recording.neurons[i]))
            neurons_.push_back({network.partition().local_index(recording.neurons[i]), i});
    std::ranges::sort(neurons_, {}, &RecordedNeuron::local);
    for (std::size_t i = 0; i < recording.synapses.size(); ++i) {
        const auto [pre, post] = recording.synapses[i];
        if (!network.owns(post)) continue;
        const std::uint32_t target = network.partition().local_index(post);
        const SynapseIndex k = network.plastic().find(pre, target);
        if (k == network.plastic().size())
            missing_.push_back(i);
        else
            synapses_.push_back({k, pre, target, i});
    }
}

std::size_t TraceSampler::add_row(Step step) {
    steps_.push_back(step);
    values_.resize(values_.size() + width());
    return steps_.size() - 1;
}

void TraceSampler::clear() {
    steps_.clear();
    values_.clear();
}

}  // namespace engram

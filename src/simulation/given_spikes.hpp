// SPDX-License-Identifier: Apache-2.0
// The spikes that files give to the neurons of one rank: forced ones, and input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "experiment/stimulation.hpp"
#include "model/fixed_point.hpp"
#include "network/network.hpp"

namespace engram {

// A forced spike of a local neuron.
struct LocalForcedSpike {
    Step step;
    std::uint32_t neuron;
};

// Input that a local neuron gets as from a synapse, at the beginning of a step.
struct LocalInput {
    Step step;
    std::uint32_t neuron;
    model::FixedPoint weight;
    std::uint32_t site;
};

// A spike falls on the nearest step; the cost of a block is that of its spikes.
class GivenSpikes {
  public:
    //! \pre the files of the experiment have been read
    GivenSpikes(const Experiment& experiment, const Network& network) {
        for (const Stimulus& stimulus : experiment.stimuli)
            if (stimulus.content &&
                scheme_entry(stimulus.scheme).effect == StimulusEffect::spikes_of_file)
                add(experiment, network, stimulus);
        const auto by_step = [](const auto& a, const auto& b) { return a.step < b.step; };
        std::ranges::stable_sort(forced_, by_step);
        std::ranges::stable_sort(inputs_, by_step);
    }

    //! By step, of steps [begin, end).
    std::span<const LocalForcedSpike> forced(Step begin, Step end) const {
        return part(forced_, begin, end);
    }
    std::span<const LocalInput> inputs(Step begin, Step end) const {
        return part(inputs_, begin, end);
    }

  private:
    void add(const Experiment& experiment, const Network& network, const Stimulus& stimulus) {
        const std::vector<NeuronId> receivers = experiment.receivers(stimulus);
        const Step start = experiment.steps_from_s(stimulus.start_s);
        const model::FixedPoint weight =
            model::to_fixed_point(stimulus.weight_h_0.value_or(0) * experiment.synapses.h_0_mV);
        for (const StepRange& range : stimulus_ranges(experiment, stimulus))
            for (std::size_t i = 0; i < stimulus.content->nodes.size(); ++i) {
                const Step step = start + experiment.steps_from_ms(stimulus.content->times_ms[i]);
                if (step < range.begin || step >= range.end) continue;
                const NeuronId id = receivers[stimulus.content->nodes[i]];
                if (!network.owns(id)) continue;
                const std::uint32_t neuron = network.partition().local_index(id);
                if (stimulus.weight_h_0)
                    inputs_.push_back({step, neuron, weight,
                                       experiment.site_of_soma(experiment.populations.of(id))});
                else
                    forced_.push_back({step, neuron});
            }
    }
    template <class Spike>
    static std::span<const Spike> part(const std::vector<Spike>& spikes, Step begin, Step end) {
        const auto at = [&](Step step) {
            return std::ranges::lower_bound(spikes, step, {}, &Spike::step);
        };
        return {at(begin), at(end)};
    }

    std::vector<LocalForcedSpike> forced_;  //!< by step
    std::vector<LocalInput> inputs_;        //!< likewise
};

}  // namespace engram

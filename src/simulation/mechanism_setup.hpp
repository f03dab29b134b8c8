// SPDX-License-Identifier: Apache-2.0
// What executors make of an experiment and a network to run mechanisms on them.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>

#include "network/network.hpp"
#include "plasticity/variable.hpp"

namespace engram {

inline plasticity::StateSizes sizes_of_state(const Network& network) {
    return {network.n_local(), network.plastic().n_sources(), network.plastic().size()};
}

//! What the neurons of a population have in common.
//! \param background  their own, or the one that holds for a time
template <class Neuron>
Neuron make_neuron(const Experiment& experiment, const Population& population,
                   const BackgroundParameters& background) {
    return Neuron(experiment.neuron_of(population), background, experiment.synapses.tau_syn_ms,
                  experiment.dt_ms);
}

//! Whether the neurons of a population are of a mechanism.
template <class Neuron>
bool is_described_by(const Experiment& experiment, const Population& population) {
    return Neuron::describes(experiment.neuron_of(population));
}

//! Shortest refractory period of the neurons of a kind, or of all. With it, model::most_spikes
//! bounds how often any of them can fire.
inline int shortest_refractory_steps(const Experiment& experiment,
                                     std::optional<PopulationKind> kind = std::nullopt) {
    Step shortest = std::numeric_limits<int>::max();
    for (const Population& population : experiment.populations)
        if (!kind || population.kind == *kind)
            shortest = std::min(
                shortest, experiment.steps_from_ms(experiment.neuron_of(population).t_ref_ms));
    return static_cast<int>(shortest);
}

}  // namespace engram

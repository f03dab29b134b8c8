// With it, model::most_spikes bounds how often any neuron can fire.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>

#include "experiment/experiment.hpp"

namespace engram {

//! Shortest refractory period of the neurons of a kind, or of all.
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

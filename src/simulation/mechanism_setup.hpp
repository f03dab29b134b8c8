// SPDX-License-Identifier: Apache-2.0
// What executors make of an experiment and a network to run mechanisms on them.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "network/network.hpp"
#include "plasticity/mechanisms.hpp"
#include "plasticity/variable.hpp"

namespace engram {

inline plasticity::StateSizes sizes_of_state(const Network& network) {
    return {network.n_local(), network.plastic().n_sources(), network.plastic().size()};
}

//! The same with what a late phase keeps of each mode of its proteins, if it does.
template <class M>
plasticity::StateSizes with_modes(plasticity::StateSizes sizes,
                                  [[maybe_unused]] const model::ProteinDiffusion& diffusion) {
    if constexpr (requires { M::Late::add_sizes(diffusion, sizes); })
        M::Late::add_sizes(diffusion, sizes);
    return sizes;
}

//! Fills in what of the state is given from the beginning, and stays.
//! \param storage         of a View<M>
//! \param usual_window_s  length of most windows
//! \param copy            copies a vector to an array of the storage
template <class M, class Storage, class Copy>
void set_up_modes([[maybe_unused]] Storage& storage, [[maybe_unused]] const Experiment& experiment,
                  [[maybe_unused]] const Network& network,
                  [[maybe_unused]] const typename M::Late::Parameters& late,
                  [[maybe_unused]] double usual_window_s, [[maybe_unused]] Copy copy) {
    if constexpr (requires { typename M::Late::Setup; }) {
        std::vector<std::uint32_t> cell(network.n_local());
        for (std::uint32_t j = 0; j < network.n_local(); ++j)
            cell[j] =
                static_cast<std::uint32_t>(network.populations().index_of(network.global_id(j)));
        const typename M::Late::Setup setup(experiment.protein_diffusion(), late, std::move(cell),
                                            usual_window_s);
        setup.for_each([&](auto place, const auto& values) { copy(values, storage.of(place)); });
    }
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

//! How stimulus currents act on the neurons of each population, whatever their background.
//! \param Neuron  mechanisms, of which the first that describes a population has it
template <class... Neuron>
std::vector<model::NeuronPropagator> propagators_of(plasticity::NeuronMechanisms<Neuron...>,
                                                    const Experiment& experiment) {
    std::vector<model::NeuronPropagator> propagators;
    for (const Population& population : experiment.populations) {
        const auto is_added = [&]<class One>(std::type_identity<One>) {
            if (!is_described_by<One>(experiment, population)) return false;
            propagators.push_back(
                make_neuron<One>(experiment, population, experiment.background_of(population))
                    .propagator());
            return true;
        };
        [[maybe_unused]] const bool any = (is_added(std::type_identity<Neuron>{}) || ...);
        ENGRAM_ENSURE(any);
    }
    return propagators;
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

// What executors make of an experiment and a network to run mechanisms on them.
#pragma once

#include "network/network.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/variable.hpp"

namespace engram {

inline plasticity::StateSizes sizes_of_state(const Network& network) {
    return {network.n_local(), network.plastic().n_sources(), network.plastic().size()};
}

template <class M>
plasticity::Physics<M> make_physics(const Experiment& experiment) {
    return plasticity::Physics<M>(experiment.synapses, experiment.dt_ms, experiment.seed);
}

//! What the neurons of a population have in common.
template <class Neuron>
Neuron make_neuron(const Experiment& experiment, const Population& population) {
    return Neuron(experiment.neuron_of(population), experiment.background_of(population),
                  experiment.synapses.tau_syn_ms, experiment.dt_ms);
}

//! Whether the neurons of a population are of a mechanism.
template <class Neuron>
bool is_described_by(const Experiment& experiment, const Population& population) {
    return Neuron::describes(experiment.neuron_of(population));
}

}  // namespace engram

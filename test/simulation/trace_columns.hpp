// SPDX-License-Identifier: Apache-2.0
// Where the values of a recorded neuron or synapse stand in a row of samples.
#pragma once

#include <cmath>

#include "experiment/experiment.hpp"
#include "plasticity/samples.hpp"
#include "simulation/memory_sink.hpp"

namespace engram::test {

class TraceColumns {
  public:
    explicit TraceColumns(const Experiment& experiment)
        : dt_ms_(experiment.dt_ms),
          n_neurons_(experiment.record.neurons.size()),
          n_synapses_(experiment.record.synapses.size()),
          neuron_width_(n_fast + n_slow(experiment.synapses.protein_pools) + n_places(experiment)) {
    }

    std::size_t width() const { return synapse(n_synapses_); }
    //! By place in Recording::neurons: first column, that of the potential.
    std::size_t neuron(std::size_t i) const { return 1 + i * neuron_width_; }
    //! Likewise: first column behind potential and currents, sums of changes and then proteins.
    std::size_t slow(std::size_t i) const { return neuron(i) + n_fast; }
    //! By place in Recording::synapses: first column, that of calcium.
    std::size_t synapse(std::size_t i) const { return neuron(n_neurons_) + i * synapse_columns; }

    Step step(const MemorySink& sink, std::size_t row) const {
        return static_cast<Step>(std::llround(sink.at(row, 0) / dt_ms_));
    }

  private:
    static constexpr std::size_t n_fast = 4;  // potential and three currents
    static std::size_t n_slow(ProteinPools pools) {
        switch (pools) {
            case ProteinPools::common:
                return 2;  // S, p
            case ProteinPools::p_and_d:
                return 4;  // S_P, S_D, p_P, p_D
            case ProteinPools::p_c_and_d:
                break;
        }
        return 5;  // S_P, S_D, p_P, p_C, p_D
    }

    // Where protein is told beside its mean: at the tip, in the soma, and at any places.
    static std::size_t n_places(const Experiment& experiment) {
        bool diffuses = false;
        for (const Population& population : experiment.populations) {
            const NeuronParameters& neuron = experiment.neuron_of(population);
            diffuses |= population.is_excitatory() && neuron.morphology &&
                        std::isfinite(neuron.protein_diffusivity_um2_per_s);
        }
        return diffuses ? 2 + experiment.record.protein_at_um.size() : 0;
    }

    double dt_ms_;
    std::size_t n_neurons_;
    std::size_t n_synapses_;
    std::size_t neuron_width_;
};

}  // namespace engram::test

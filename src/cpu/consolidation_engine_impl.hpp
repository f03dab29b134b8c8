#pragma once

#include <utility>

#include "cpu/consolidation_engine.hpp"

namespace engram {

template <class M>
void ConsolidationEngine<M>::sample(const Course& course, Step step, Step begin,
                                    TraceSampler& sampler) const {
    const plasticity::View<M> view = state_.view();
    const auto instant = course.at(seconds(step - begin));
    const std::size_t row = sampler.add_row(step);
    for (std::size_t q = 0; q < sampler.neurons().size(); ++q) {
        const std::uint32_t neuron = sampler.neurons()[q].local;
        double* values = sampler.neuron_values(row, q);
        // Membrane potentials and currents are not computed; the next phase starts from rest.
        const Population& population = network_.populations().of(network_.global_id(neuron));
        values[column_v] = experiment_.neuron_of(population).v_init_mV;
        if (population.is_excitatory())
            course.sample_neuron(view, neuron, instant, values + n_membrane_columns);
    }
    for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
        const auto& recorded = sampler.synapses()[q];
        double* values = sampler.synapse_values(row, q);
        values[column_h] = course.h_mV(view, recorded.synapse, instant);
        values[column_z] = course.z(view, recorded.synapse, recorded.target, instant);
    }
}

template <class M>
Snapshot ConsolidationEngine<M>::snapshot(const Course& course, Step step, Step begin) const {
    const plasticity::View<M> view = state_.view();
    const auto& targets = network_.plastic().targets();
    const auto instant = course.at(seconds(step - begin));
    Snapshot snapshot{step, std::vector<double>(targets.size()),
                      std::vector<double>(targets.size())};
    for (SynapseIndex k = 0; k < targets.size(); ++k) {
        snapshot.h_mV[k] = course.h_mV(view, k, instant);
        snapshot.z[k] = course.z(view, k, targets[k], instant);
    }
    return snapshot;
}

template <class M>
bool ConsolidationEngine<M>::run(Step begin, Step end, const SampleSteps& sample_steps,
                                 const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                                 const OnSampled& sampled, std::vector<Snapshot>& snapshots) {
    const model::Conditions& conditions = conditions_.at(begin);
    const plasticity::View<M> view = state_.view();
    if (conditions.plasticity) state_.fold(begin);
    const Course course(physics_, conditions, state_.relaxation(begin));
    for (std::uint32_t j = 0; j < network_.n_local(); ++j) course.begin(view, j);
    for (std::int64_t i = 0; i < sample_steps.size(); ++i) {
        sample(course, sample_steps.at(i), begin, sampler);
        if (!sampled(i + 1)) return false;
    }
    for (const Step step : snapshot_steps) snapshots.push_back(snapshot(course, step, begin));
    if (!conditions.plasticity) return true;

    const auto at_end = course.at(seconds(end - begin));
    const auto& targets = network_.plastic().targets();
    for (SynapseIndex k = 0; k < targets.size(); ++k)
        course.consolidate(view, k, targets[k], at_end);
    for (std::uint32_t j = 0; j < network_.n_local(); ++j)
        course.consolidate_neuron(view, j, at_end);
    state_.set_reference(end);
    state_.fold(end);
    return true;
}

}  // namespace engram

#include "cpu/consolidation_engine.hpp"

#include <utility>

namespace engram {

ConsolidationEngine::ConsolidationEngine(const Experiment& experiment, const Network& network,
                                         PlasticState& state)
    : experiment_(experiment),
      network_(network),
      state_(state),
      dt_s_(experiment.dt_ms / 1000.0),
      consolidation_{state.late_phase, model::relaxation_rate / experiment.synapses.tau_h_s} {}

void ConsolidationEngine::sample(Step step, double time_s, TraceSampler& sampler) const {
    const plasticity::View view = state_.view();
    const std::size_t row = sampler.add_row(step);
    for (std::size_t q = 0; q < sampler.neurons().size(); ++q) {
        const std::uint32_t neuron = sampler.neurons()[q].local;
        double* values = sampler.neuron_values(row, q);
        // Membrane potentials and currents are not computed; the next phase starts from rest.
        const Population& population = network_.populations().of(network_.global_id(neuron));
        values[column_v] = experiment_.neuron_of(population).v_init_mV;
        if (population.is_excitatory())
            plasticity::sample_neuron_after(view, consolidation_, neuron, time_s, values);
    }
    for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
        const auto& recorded = sampler.synapses()[q];
        plasticity::sample_synapse_after(view, consolidation_, state_.early_phase.h_0_mV,
                                         recorded.synapse, recorded.target, time_s,
                                         sampler.synapse_values(row, q));
    }
}

bool ConsolidationEngine::run(Step begin, Step end, const SampleSteps& sample_steps,
                              const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                              const OnSampled& sampled, std::vector<Snapshot>& snapshots) {
    state_.fold(begin);
    const plasticity::View view = state_.view();
    const double h_0 = state_.early_phase.h_0_mV;
    for (std::uint32_t j = 0; j < network_.n_local(); ++j)
        plasticity::find_synthesis_end(view, consolidation_, j);
    for (std::int64_t i = 0; i < sample_steps.size(); ++i) {
        const Step step = sample_steps.at(i);
        sample(step, seconds(step - begin), sampler);
        if (!sampled(i + 1)) return false;
    }

    const auto& targets = network_.plastic().targets();
    for (const Step step : snapshot_steps) {
        const double time_s = seconds(step - begin);
        const double relaxation = consolidation_.relaxation(time_s);
        Snapshot snapshot{step, std::vector<double>(targets.size()),
                          std::vector<double>(targets.size())};
        for (SynapseIndex k = 0; k < targets.size(); ++k) {
            snapshot.h_mV[k] = plasticity::h_after(view, h_0, k, relaxation);
            snapshot.z[k] = plasticity::z_after(view, consolidation_, k, targets[k], time_s);
        }
        snapshots.push_back(std::move(snapshot));
    }

    const double time_s = seconds(end - begin);
    const double relaxation = consolidation_.relaxation(time_s);
    for (SynapseIndex k = 0; k < targets.size(); ++k)
        plasticity::consolidate(view, consolidation_, k, targets[k], relaxation, time_s);
    for (std::uint32_t j = 0; j < network_.n_local(); ++j)
        state_.protein[j] = plasticity::protein_after(view, consolidation_, j, time_s);
    state_.set_reference(end);
    state_.fold(end);
    return true;
}

}  // namespace engram

#include "cpu/consolidation_engine.hpp"

#include <utility>

namespace engram {

ConsolidationEngine::ConsolidationEngine(const Experiment& experiment, const Network& network,
                                         PlasticState& state)
    : experiment_(experiment),
      network_(network),
      state_(state),
      dt_s_(experiment.dt_ms / 1000.0),
      consolidation_{state.late_phase, model::relaxation_rate / experiment.synapses.tau_h_s},
      synthesis_end_s_(network.n_local()) {}

model::ProteinState ConsolidationEngine::protein_after(std::uint32_t neuron, double time_s) const {
    return consolidation_.protein_after(state_.protein[neuron], synthesis_end_s_[neuron], time_s);
}

double ConsolidationEngine::change_after(SynapseIndex k, double time_s) const {
    return state_.g[k] * consolidation_.relaxation(time_s);
}

double ConsolidationEngine::z_after(SynapseIndex k, std::uint32_t target, double time_s) const {
    return consolidation_.z_after(state_.z(k, target), static_cast<model::Tag>(state_.tag[k]),
                                  state_.g[k], state_.protein[target], synthesis_end_s_[target],
                                  time_s);
}

void ConsolidationEngine::sample(Step step, double time_s, TraceSampler& sampler) const {
    const std::size_t row = sampler.add_row(step);
    const double relaxation = consolidation_.relaxation(time_s);
    for (std::size_t q = 0; q < sampler.neurons().size(); ++q) {
        const std::uint32_t neuron = sampler.neurons()[q].local;
        // Membrane potentials and currents are not computed; the next phase starts from rest.
        const Population& population = network_.populations().of(network_.global_id(neuron));
        sampler.neuron_value(row, q, column_v) = experiment_.neuron_of(population).v_init_mV;
        if (network_.excitatory()[neuron] == 0) continue;
        sampler.neuron_value(row, q, column_s) = state_.change_sum_mV(neuron, relaxation);
        sampler.neuron_value(row, q, column_p) = protein_after(neuron, time_s).amount;
    }
    for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
        const auto& recorded = sampler.synapses()[q];
        sampler.synapse_value(row, q, column_h) =
            state_.early_phase.h_0_mV + change_after(recorded.synapse, time_s);
        sampler.synapse_value(row, q, column_z) =
            z_after(recorded.synapse, recorded.target, time_s);
    }
}

bool ConsolidationEngine::run(Step begin, Step end, const SampleSteps& sample_steps,
                              const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                              const OnSampled& sampled, std::vector<Snapshot>& snapshots) {
    state_.fold(begin);
    for (std::uint32_t j = 0; j < network_.n_local(); ++j)
        synthesis_end_s_[j] = consolidation_.time_until_below(state_.change_sum_mV(j, 1.0),
                                                              state_.late_phase.theta_pro_mV);
    for (std::int64_t i = 0; i < sample_steps.size(); ++i) {
        const Step step = sample_steps.at(i);
        sample(step, seconds(step - begin), sampler);
        if (!sampled(i + 1)) return false;
    }

    const auto& targets = network_.plastic().targets();
    for (const Step step : snapshot_steps) {
        const double time_s = seconds(step - begin);
        Snapshot snapshot{step, std::vector<double>(targets.size()),
                          std::vector<double>(targets.size())};
        for (SynapseIndex k = 0; k < targets.size(); ++k) {
            snapshot.h_mV[k] = state_.early_phase.h_0_mV + change_after(k, time_s);
            snapshot.z[k] = z_after(k, targets[k], time_s);
        }
        snapshots.push_back(std::move(snapshot));
    }

    const double time_s = seconds(end - begin);
    for (SynapseIndex k = 0; k < targets.size(); ++k) {
        const double z = z_after(k, targets[k], time_s);
        state_.g[k] = change_after(k, time_s);
        // A tag that lasts until the end is set again by the fold below.
        state_.tag[k] = static_cast<std::uint8_t>(model::Tag::none);
        state_.stored_z[k] = z;
    }
    for (std::uint32_t j = 0; j < network_.n_local(); ++j)
        state_.protein[j] = protein_after(j, time_s).amount;
    state_.set_reference(end);
    state_.fold(end);
    return true;
}

}  // namespace engram

#include "cpu/cpu_executor.hpp"

namespace engram {

CpuExecutor::CpuExecutor(const Experiment& experiment, const Network& network)
    : network_(network),
      state_(network, experiment.synapses, experiment.dt_ms),
      spiking_(experiment, network, state_),
      consolidation_(experiment, network, state_) {}

SnapshotView CpuExecutor::weights(Step step) {
    const auto& targets = network_.plastic().targets();
    return {step, targets.size(),
            [this, &targets, relaxation = state_.relaxation(step)](SynapseIndex k) {
                return PlasticWeights{state_.h_mV(k, relaxation), state_.z(k, targets[k])};
            }};
}

SharedState CpuExecutor::shared_state() {
    return spiking_.shared_state();
}

LocalState CpuExecutor::local_state(Step step, bool within_phase) {
    LocalState local;
    if (within_phase) spiking_.collect_state(step, local);
    local.by_neuron.push_back({"protein_umol_per_l", state_.protein});
    local.by_neuron.push_back({"shrinkage", state_.shrinkage});
    local.by_synapse = {{"g_mV", state_.g}, {"stored_z", state_.stored_z}};
    local.tags = state_.tag;
    return local;
}

void CpuExecutor::restore(Step reference, const SharedState* shared) {
    state_.finish_restore(reference);
    if (shared != nullptr) spiking_.restore(*shared);
}

std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm) {
    return std::make_unique<CpuExecutor>(experiment, network);
}

}  // namespace engram

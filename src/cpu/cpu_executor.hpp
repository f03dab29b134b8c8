// Runs on one core of the processor.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "cpu/consolidation_engine.hpp"
#include "cpu/plastic_state.hpp"
#include "cpu/spiking_engine.hpp"
#include "plasticity/mechanisms.hpp"
#include "simulation/executor.hpp"

namespace engram {

template <class M>
class CpuExecutor : public Executor {
  public:
    //! \param neurons  see make_neuron_loops
    CpuExecutor(const Experiment& experiment, const Network& network,
                std::vector<std::shared_ptr<NeuronLoops>> neurons)
        : network_(network),
          conditions_(experiment),
          physics_(make_physics<M>(experiment)),
          state_(network, physics_, conditions_),
          spiking_(experiment, network, physics_, conditions_, state_, std::move(neurons)),
          consolidation_(experiment, network, physics_, conditions_, state_) {}

    void begin_phase(Step begin) override { spiking_.begin_phase(begin); }
    int epoch_steps() const override { return spiking_.epoch_steps(); }
    void run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override {
        spiking_.run_epoch(begin, steps, arriving, fired, sampler);
    }
    void schedule(std::span<const PackedSpike> spikes, Step begin) override {
        spiking_.schedule(spikes, begin);
    }
    bool consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                     const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                     const OnSampled& sampled, std::vector<Snapshot>& snapshots) override {
        return consolidation_.run(begin, end, sample_steps, snapshot_steps, sampler, sampled,
                                  snapshots);
    }
    void complete_samples(TraceSampler&) override {}
    void request_snapshot(Step step) override { spiking_.request_snapshot(step); }
    std::vector<Snapshot> take_snapshots() override { return spiking_.take_snapshots(); }
    SnapshotView weights(Step step) override {
        const auto& targets = network_.plastic().targets();
        return {step, targets.size(),
                [this, &targets, relaxation = state_.relaxation(step)](SynapseIndex k) {
                    return PlasticWeights{state_.view().h_mV(k, relaxation, physics_.early.h_0_mV),
                                          state_.view().z(k, targets[k])};
                }};
    }
    std::vector<double> protein() const override {
        std::vector<double> amounts;
        for (const auto pool : M::Late::pools(physics_.late)) {
            const double* of_pool = state_.view().*pool;
            amounts.insert(amounts.end(), of_pool, of_pool + network_.n_local());
        }
        return amounts;
    }
    Step reference() const override { return state_.reference(); }
    SharedState shared_state() override { return spiking_.shared_state(); }
    LocalState local_state(Step step, bool within_phase) override {
        LocalState local;
        if (within_phase) spiking_.collect_state(step, local);
        collect_saved(state_.storage(), local);
        return local;
    }
    LocalState prepare_restore(Step step, bool within_phase) override {
        return local_state(step, within_phase);
    }
    void restore(Step reference, const SharedState* shared) override {
        state_.finish_restore(reference);
        if (shared != nullptr) spiking_.restore(*shared);
    }
    std::string device_name() const override { return "CPU"; }
    WorkCounters work() const override { return spiking_.work(); }
    std::uint64_t synapse_bytes() const override {
        return plasticity::state_bytes<plasticity::View<M>>({0, 0, network_.plastic().size()});
    }

  private:
    const Network& network_;
    const ConditionsCourse conditions_;
    const plasticity::Physics<M> physics_;
    PlasticState<M> state_;
    SpikingEngine<M> spiking_;
    ConsolidationEngine<M> consolidation_;
};

//! With the mechanisms that the experiment asks for.
std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm communicator);

}  // namespace engram

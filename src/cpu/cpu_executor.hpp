// Runs on one core of the processor.
#pragma once

#include "cpu/consolidation_engine.hpp"
#include "cpu/plastic_state.hpp"
#include "cpu/spiking_engine.hpp"
#include "simulation/executor.hpp"

namespace engram {

class CpuExecutor : public Executor {
  public:
    CpuExecutor(const Experiment& experiment, const Network& network);

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
    SnapshotView weights(Step step) override;
    std::vector<double> protein() const override { return state_.protein; }
    Step reference() const override { return state_.reference(); }
    SharedState shared_state() override;
    LocalState local_state(Step step, bool within_phase) override;
    LocalState prepare_restore(Step step, bool within_phase) override {
        return local_state(step, within_phase);
    }
    void restore(Step reference, const SharedState* shared) override;
    std::string device_name() const override { return "CPU"; }
    WorkCounters work() const override { return spiking_.work(); }
    std::uint64_t synapse_bytes() const override { return state_.bytes(); }

  private:
    const Network& network_;
    PlasticState state_;
    SpikingEngine spiking_;
    ConsolidationEngine consolidation_;
};

std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm communicator);

}  // namespace engram

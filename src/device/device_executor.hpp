// Runs on a device: the state lives there for the whole of a phase, the host decides what happens
// when and passes on the spikes.
#pragma once

#include <memory>
#include <vector>

#include "device/device_network.hpp"
#include "device/device_recorder.hpp"
#include "device/device_state.hpp"
#include "device/device_stimuli.hpp"
#include "device/epoch_plan.hpp"
#include "device/host_copy.hpp"
#include "experiment/conditions.hpp"
#include "simulation/calcium_influx.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/executor.hpp"

namespace engram::device {

class DeviceExecutor : public Executor {
  public:
    //! \throw DeviceError if the device is too small
    DeviceExecutor(std::unique_ptr<Device> device, const Experiment& experiment,
                   const Network& network);

    void begin_phase(Step begin) override;
    int epoch_steps() const override { return epoch_steps_; }
    void run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override;
    void schedule(std::span<const PackedSpike> spikes, Step begin) override {
        influx_.schedule(spikes, begin);
    }
    bool consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                     const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                     const OnSampled& sampled, std::vector<Snapshot>& snapshots) override;
    void complete_samples(TraceSampler& sampler) override { recorder_.complete(sampler); }
    void request_snapshot(Step step) override { snapshot_steps_.push_back(step); }
    std::vector<Snapshot> take_snapshots() override;
    SnapshotView weights(Step step) override;
    std::vector<double> protein() const override { return state_.protein.to_vector(); }
    Step reference() const override { return reference_; }
    SharedState shared_state() override;
    LocalState local_state(Step step, bool within_phase) override;
    LocalState prepare_restore(Step step, bool within_phase) override;
    void restore(Step reference, const SharedState* shared) override;
    std::string device_name() const override { return device_->name(); }
    WorkCounters work() const override;
    std::uint64_t synapse_bytes() const override { return state_.synapse_bytes(); }

    Device& device() { return *device_; }

  private:
    // A snapshot that is being taken: weights in device memory.
    struct PendingSnapshot {
        Step step;
        DeviceArray<double> h_mV;
        DeviceArray<double> z;
    };

    Arrays arrays() const;
    BlockPlan plan_block(const EpochPart& part, TraceSampler& sampler);
    void count_arrivals(BlockPlan& plan);
    EpochPlan plan_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                         TraceSampler& sampler);
    void run_block(const Arrays& arrays, const BlockPlan& plan, const BlockTask* task,
                   bool keep_launches);
    void launch_block(const Arrays& arrays, const BlockPlan& plan, const BlockTask* task,
                      bool keep_launches);
    void collect_spikes(Step end, std::vector<PackedSpike>& fired);
    void fold(Step step);
    void sum_rows();
    PendingSnapshot make_snapshot(Step step) const;
    static Snapshot read(const PendingSnapshot& pending);
    void sample_consolidation(Step begin, std::span<const Step> steps,
                              const model::Consolidation& consolidation, TraceSampler& sampler);

    std::unique_ptr<Device> device_;
    const Network& network_;
    Physics physics_;
    int refractory_steps_;  //!< shortest of the excitatory neurons
    int epoch_steps_;
    double relaxation_rate_per_s_;
    double fold_interval_s_;
    DeviceNetwork on_device_;
    DeviceState state_;
    DeviceStimuli stimuli_;
    ConditionsCourse conditions_;
    CalciumInflux influx_;
    DeviceRecorder recorder_;
    EpochUpload upload_;
    HostCopy host_copy_;

    Step reference_ = 0;
    int parity_ = 0;  // of the next block
    StagingBuffer spikes_;
    std::vector<Step> snapshot_steps_;
    std::vector<PendingSnapshot> pending_snapshots_;
    Snapshot weights_;
    WorkCounters work_;
};

}  // namespace engram::device

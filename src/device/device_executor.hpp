// Runs on a device: the state lives there for the whole of a phase, the host decides what happens
// when and passes on the spikes.
#pragma once

#include <memory>
#include <vector>

#include "device/built_in_neurons.hpp"
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

//! With the mechanisms that the experiment asks for.
//! \throw DeviceError if the device is too small
std::unique_ptr<Executor> make_device_executor(std::unique_ptr<Device> device,
                                               const Experiment& experiment,
                                               const Network& network);

template <class M>
class DeviceExecutor : public Executor {
  public:
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
    std::vector<double> protein() const override;
    Step reference() const override { return reference_; }
    SharedState shared_state() override;
    LocalState local_state(Step step, bool within_phase) override;
    LocalState prepare_restore(Step step, bool within_phase) override;
    void restore(Step reference, const SharedState* shared) override;
    std::string device_name() const override { return device_->name(); }
    WorkCounters work() const override;
    std::uint64_t synapse_bytes() const override {
        return plasticity::state_bytes<plasticity::View<M>>({0, 0, network_.plastic().size()});
    }

  private:
    // A snapshot that is being taken: weights in device memory.
    struct PendingSnapshot {
        Step step;
        DeviceArray<double> h_mV;
        DeviceArray<double> z;
    };

    Arrays<M> arrays() const;
    BlockPlan plan_block(const EpochPart& part, TraceSampler& sampler);
    void count_arrivals(BlockPlan& plan);
    EpochPlan plan_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                         TraceSampler& sampler);
    void run_block(const Arrays<M>& arrays, const BlockPlan& plan, const BlockTask* task,
                   bool keep_launches);
    void launch_block(const Arrays<M>& arrays, const BlockPlan& plan, const BlockTask* task,
                      bool keep_launches);
    void collect_spikes(Step end, std::vector<PackedSpike>& fired);
    void fold(Step step);
    void sum_rows();
    PendingSnapshot make_snapshot(Step step) const;
    static Snapshot read(const PendingSnapshot& pending);
    void sample_consolidation(Step begin, std::span<const Step> steps,
                              const plasticity::Course<M>& course, TraceSampler& sampler);
    //! Of the next block.
    auto& calcium() { return state_.calcium[static_cast<std::size_t>(parity_)]; }
    Step age(Step step) const {
        return conditions_.plastic_steps(step) - conditions_.plastic_steps(reference_);
    }
    double relaxation(Step step) const { return physics_.early.relaxation(age(step)); }

    std::unique_ptr<Device> device_;
    const Network& network_;
    const ConditionsCourse conditions_;
    const Physics<M> physics_;
    int refractory_steps_;  //!< shortest of the excitatory neurons
    int epoch_steps_;
    double fold_interval_s_;
    DeviceNetwork on_device_;
    BuiltInDeviceNeurons neurons_;
    DeviceState<M> state_;
    DeviceStimuli stimuli_;
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

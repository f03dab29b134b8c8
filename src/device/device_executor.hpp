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
#include "simulation/calcium_influx.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/plastic_executor.hpp"

namespace engram::device {

//! With the mechanisms that the experiment asks for.
//! \throw DeviceError if the device is too small
std::unique_ptr<Executor> make_device_executor(std::unique_ptr<Device> device,
                                               const Experiment& experiment,
                                               const Network& network);

template <class M>
class DeviceExecutor : public PlasticExecutor<M, DeviceExecutor<M>> {
  public:
    DeviceExecutor(std::unique_ptr<Device> device, const Experiment& experiment,
                   const Network& network);

    void begin_phase(Step begin) override;
    void run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override;
    void schedule(std::span<const PackedSpike> spikes, Step begin) override {
        influx_.schedule(spikes, begin);
    }
    void complete_samples(TraceSampler& sampler) override { recorder_.complete(sampler); }
    void request_snapshot(Step step) override { snapshot_steps_.push_back(step); }
    std::vector<Snapshot> take_snapshots() override;
    SnapshotView weights(Step step) override;
    std::vector<double> protein() const override;
    SharedState shared_state() override;
    LocalState local_state(Step step, bool within_phase) override;
    LocalState prepare_restore(Step step, bool within_phase) override;
    void restore(Step reference, const SharedState* shared) override;
    std::string device_name() const override { return device_->name(); }
    WorkCounters work() const override;

  private:
    using Base = PlasticExecutor<M, DeviceExecutor<M>>;
    friend Base;
    using Base::network_;
    using Base::physics_;
    using Course = plasticity::Course<M>;

    // See PlasticExecutor.
    static constexpr std::int64_t samples_at_once = 512;  // on all ranks
    template <class Operation>
    void on_synapses(const Operation& operation) {
        device_->launch(OnSynapses<M, Operation>{arrays(), operation},
                        network_.plastic().n_sources());
    }
    template <class Operation>
    void on_neurons(const Operation& operation) {
        device_->launch(OnNeurons<M, Operation>{arrays(), operation}, network_.n_local());
    }
    void make_sums();
    void sample(const Course& course, Step begin, std::span<const Step> steps,
                TraceSampler& sampler);
    Snapshot tell_weights(Step step, const Course& course, const typename Course::Instant& instant);

    // A snapshot that is being taken: weights in device memory.
    struct PendingSnapshot {
        Step step;
        DeviceArray<double> h_mV;
        DeviceArray<double> z;

        Snapshot read() const { return {step, h_mV.to_vector(), z.to_vector()}; }
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
    PendingSnapshot make_snapshot(Step step) const;
    //! Calcium of the next block.
    auto& calcium() { return state_.calcium[static_cast<std::size_t>(parity_)]; }

    std::unique_ptr<Device> device_;
    int refractory_steps_;  //!< shortest of the excitatory neurons
    DeviceNetwork on_device_;
    BuiltInDeviceNeurons neurons_;
    DeviceState<M> state_;
    DeviceStimuli stimuli_;
    CalciumInflux influx_;
    DeviceRecorder recorder_;
    EpochUpload upload_;
    HostCopy host_copy_;

    int parity_ = 0;  // of the next block
    StagingBuffer spikes_;
    std::vector<Step> snapshot_steps_;
    std::vector<PendingSnapshot> pending_snapshots_;
    Snapshot weights_;
    WorkCounters work_;
};

}  // namespace engram::device

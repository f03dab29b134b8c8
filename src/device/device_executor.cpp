// SPDX-License-Identifier: Apache-2.0
#include "device/device_executor.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "base/errors.hpp"
#include "device/device_network.hpp"
#include "device/device_neurons.hpp"
#include "device/device_recorder.hpp"
#include "device/device_state.hpp"
#include "device/device_stimuli.hpp"
#include "device/epoch_plan.hpp"
#include "device/host_copy.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/not_finite.hpp"
#include "simulation/plastic_executor.hpp"

namespace engram::device {

namespace {

std::uint64_t address(const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer);
}

std::string megabytes(std::uint64_t bytes) {
    return std::to_string((bytes + 999999) / 1000000) + " MB";
}

// Says at once what is missing, rather than with the allocation that fails.
std::unique_ptr<Device> with_room_for(std::unique_ptr<Device> device, const Experiment& experiment,
                                      const Network& network) {
    const std::uint64_t need =
        bytes_on_device(experiment, sizes_of(network)) + device->stack_bytes();
    const std::uint64_t have = device->free_bytes();
    if (need > have)
        throw DeviceError("this rank's part of the network needs " + megabytes(need) + " on " +
                          device->name() + ", which has " + megabytes(have) + " free of " +
                          megabytes(device->total_bytes()) +
                          "; use more GPUs with one rank each, or --device cpu");
    return device;
}

template <class M>
class DeviceExecutor : public PlasticExecutor<M, DeviceExecutor<M>> {
  public:
    DeviceExecutor(std::unique_ptr<Device> device, const Experiment& experiment,
                   const Network& network)
        : Base(experiment, network),
          device_(with_room_for(std::move(device), experiment, network)),
          refractory_steps_(shortest_refractory_steps(experiment, PopulationKind::excitatory)),
          physics_on_device_(*device_, std::vector{physics_}),
          on_device_(*device_, experiment, network),
          neurons_(*device_, experiment, network),
          state_(*device_, with_modes<M>(sizes_of_state(network), experiment.protein_diffusion()),
                 this->grid_.longest(), BuiltInDeviceNeurons::n_sites(experiment),
                 most_spikes_per_epoch(experiment, network.n_local())),
          stimuli_(*device_, experiment, network,
                   propagators_of(plasticity::BuiltInNeurons{}, experiment)),
          recorder_(*device_, network, experiment),
          upload_(*device_),
          spikes_(*device_) {
        set_up_modes<M>(state_.plastic, experiment, network, physics_.late, this->usual_window_s(),
                        [](const auto& values, auto& array) { array.copy_from(values); });
        make_sums();
    }

    void run_epoch(const Epoch& epoch, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override {
        // What the host sees: it queues work, and waits for the spikes.
        this->clock().enter(RunPart::neurons);
        host_copy_.clear();
        this->fold_at_begin_of_epoch(epoch.begin);
        stimuli_.begin_epoch(epoch.begin, epoch.end());
        if (!this->is_within_window())
            recorder_.reserve_rows(static_cast<std::size_t>(epoch.decision - epoch.begin), sampler);
        EpochPlan plan = plan_epoch(epoch, arriving, sampler);
        state_.reserve_arrivals(
            std::ranges::max_element(plan, {}, &BlockPlan::n_plastic_arrivals)->n_plastic_arrivals);
        const BlockTask* tasks = upload_.send(plan);
        const Arrays<M> a = arrays();
        // With many blocks per epoch there would be too many sequences to keep.
        const bool keep_launches = plan.size() == 1;
        for (std::size_t b = 0; b < plan.size(); ++b)
            run_block(a, plan[b], tasks + b, keep_launches);
        collect_spikes(epoch.end(), fired);
        work_.neuron_steps += static_cast<std::uint64_t>(epoch.steps) * network_.n_local();
    }
    void complete_samples(TraceSampler& sampler) override { recorder_.complete(sampler); }
    std::vector<Snapshot> take_snapshots() override {
        std::vector<Snapshot> snapshots;
        for (const PendingSnapshot& pending : std::exchange(pending_snapshots_, {}))
            snapshots.push_back(read(pending));
        return snapshots;
    }
    SnapshotView weights(Step step) override {
        const Course still(physics_, {0.0, false}, this->relaxation(step));
        weights_ = tell_weights(step, still, still.at(0.0));
        return weights_.view();
    }
    LocalState local_state(Step step, bool within_phase) override {
        const LocalState views = prepare_restore(step, within_phase);
        host_copy_.download();
        return views;
    }
    LocalState prepare_restore(Step step, bool within_phase) override {
        host_copy_.clear();
        if (within_phase) {
            neurons_.add_to(host_copy_);
            for (const auto& [name, deviation_nA] : stimuli_.state(step))
                host_copy_.add(plasticity::By::neuron, name, *deviation_nA);
            host_copy_.add(calcium());
        }
        host_copy_.add(state_.plastic);
        return host_copy_.views();
    }
    std::vector<std::uint64_t> silent_resets() const override {
        return neurons_.silent_resets(network_);
    }
    std::string device_name() const override { return device_->name(); }
    WorkCounters work() const override {
        WorkCounters work = work_;
        for (const model::FixedPoint n : state_.n_draws.to_vector())
            work.early_phase_draws += static_cast<std::uint64_t>(n);
        return work;
    }

  private:
    using Base = PlasticExecutor<M, DeviceExecutor<M>>;
    friend Base;
    using Base::influx_;
    using Base::network_;
    using Base::physics_;
    using Course = plasticity::Course<M>;

    // See PlasticExecutor.
    void rest() {
        neurons_.rest();
        state_.clear_calcium();
        state_.clear_recent();
    }
    std::vector<double> amounts(const Course& course,
                                const typename Course::Instant& instant) const {
        const DeviceArray<double> amounts(*device_, this->n_protein_values());
        on_neurons(this->protein_after(course, instant, amounts.data()));
        return amounts.to_vector();
    }
    void take_over_views() {
        state_.clear_recent();
        host_copy_.upload();
        host_copy_.clear();
    }
    static constexpr std::int64_t samples_at_once = 512;  // on all ranks
    template <class Operation>
    void on_synapses(const Operation& operation) {
        device_->launch(OnSynapses<M, Operation>{arrays(), operation},
                        network_.plastic().n_sources());
    }
    template <class Operation>
    void on_neurons(const Operation& operation) const {
        device_->launch(OnNeurons<M, Operation>{arrays(), operation}, network_.n_local());
    }
    void make_sums() {
        const Arrays<M> a = arrays();
        device_->launch(ResetSums<M>{a}, std::max(a.plastic.n_sources, a.n_local));
        device_->launch(SumRows<M>{a}, a.plastic.n_sources);
    }
    void sample(const Course& course, Step begin, std::span<const Step> steps,
                TraceSampler& sampler) {
        host_copy_.clear();
        recorder_.reserve_rows(steps.size(), sampler);
        std::vector<SampleTime<M>> times;
        for (const Step step : steps)
            times.push_back({recorder_.add_row(sampler.add_consolidation_row(step)),
                             course.at(this->seconds(step - begin))});
        const DeviceArray<SampleTime<M>> on_device(*device_, times);
        const Arrays<M> a = arrays();
        if (a.n_recorded_neurons > 0)
            device_->launch(SampleNeuronsAfter<M>{a, course, on_device.data()},
                            times.size() * a.n_recorded_neurons);
        if (a.n_recorded_synapses > 0)
            device_->launch(SampleSynapsesAfter<M>{a, course, on_device.data()},
                            times.size() * a.n_recorded_synapses);
        recorder_.complete(sampler);
    }
    Snapshot tell_weights(Step step, const Course& course,
                          const typename Course::Instant& instant) {
        const PendingSnapshot snapshot = make_snapshot(step);
        on_synapses(
            plasticity::WeightsAfter<M>{course, instant, snapshot.h_mV.data(), snapshot.z.data()});
        on_neurons(this->protein_after(course, instant, snapshot.protein.data()));
        return read(snapshot);
    }

    // A snapshot that is being taken: in device memory.
    struct PendingSnapshot {
        Step step;
        DeviceArray<double> h_mV;
        DeviceArray<double> z;
        DeviceArray<double> protein;  //!< by amount, then neuron
    };
    Snapshot read(const PendingSnapshot& snapshot) const {
        return {snapshot.step, snapshot.h_mV.to_vector(), snapshot.z.to_vector(),
                snapshot.protein.to_vector()};
    }

    Arrays<M> arrays() const {
        Arrays<M> arrays(physics_.late);
        on_device_.describe(arrays);
        state_.describe(arrays);
        static_cast<RecordingArrays&>(arrays) = recorder_.arrays();
        arrays.receives = stimuli_.receives();
        return arrays;
    }
    BlockPlan plan_block(const EpochPart& part, Step decision, TraceSampler& sampler) {
        BlockPlan plan;
        BlockTask& task = plan.task;
        task.begins_window = this->open_window(part, decision);
        task.window = this->window();
        task.begin = part.begin;
        task.steps = part.steps;
        task.at = this->place_in_window(part);
        task.ends_window = this->ends_window(part);
        task.offset = part.offset;
        task.grid_begin = part.grid_begin;
        task.grid_steps = part.grid_steps;
        task.parity = parity_;
        ENGRAM_ENSURE(task.parity == 0 || task.parity == 1);
        if (task.begins_window) {
            plan.snapshots = this->take_requests_in_window();
            if constexpr (Base::asks_for_rates) begin_recent(plan);
            begin_samples(task.window, sampler);
        }
        task.highest_post_gain =
            model::most_spikes(part.steps, refractory_steps_) * physics_.ca_post;
        plan.arriving.assign(part.arriving.begin(), part.arriving.end());
        count_arrivals(plan);
        for (const auto& [step, source] : influx_.take_before(task.end()))
            plan.influx.push_back(
                pack_spike(static_cast<std::uint32_t>(step - task.begin), source));
        stimuli_.plan(plan);
        for (int s = 0; s < part.steps; ++s) {
            const bool due = sampler.due(task.begin + s);
            sample_row_[static_cast<std::size_t>(task.at) + static_cast<std::size_t>(s)] =
                due ? recorder_.add_row(sampler.add_row(task.begin + s)) : no_sample;
            task.has_samples |= due;
        }
        std::ranges::copy(sample_row_, task.sample_row);
        plan.samples_in_window = samples_in_window_;
        if (task.ends_window) {
            this->close_window();
            parity_ = 1 - parity_;
        }
        return plan;
    }
    // See PlasticExecutor::begin_rates.
    struct Counts {
        BlockPlan& plan;
        std::vector<std::int32_t>& pre;
        std::vector<std::int32_t>& post;

        void pre_counts(NeuronId source) { ++pre[source]; }
        void post_counts(std::uint32_t neuron) { ++post[neuron]; }
        void pre_leaves(NeuronId source, int step) {
            plan.arrivals_leaving.push_back(pack_spike(static_cast<std::uint32_t>(step), source));
        }
        void post_leaves(std::uint32_t neuron, int step) {
            plan.spikes_leaving.push_back(pack_spike(static_cast<std::uint32_t>(step), neuron));
        }
    };
    void begin_recent(BlockPlan& plan) {
        const bool anew = !this->counts_follow();
        std::vector<std::int32_t> pre(anew ? network_.plastic().n_sources() : 0);
        std::vector<std::int32_t> post(anew ? network_.n_local() : 0);
        this->begin_rates(Counts{plan, pre, post});
        if (anew) state_.set_recent(static_cast<std::size_t>(parity_), pre, post);
    }
    void begin_samples(const plasticity::Window& window, const TraceSampler& sampler) {
        sample_row_.fill(no_sample);
        samples_in_window_ = false;
        for (Step step = window.begin; step < window.end(); ++step)
            samples_in_window_ |= sampler.due(step);
    }
    void count_arrivals(BlockPlan& plan) {
        for (const PackedSpike spike : plan.arriving) {
            const NeuronId neuron = neuron_of(spike);
            plan.first_arrival.push_back(static_cast<std::uint32_t>(plan.n_plastic_arrivals));
            const std::size_t population = network_.populations().index_of(neuron);
            for (const FixedSynapses& fixed : network_.fixed())
                if (fixed.from == population)
                    work_.delivered_spikes +=
                        fixed.table.row(neuron - network_.populations()[population].first).size();
            if (!network_.populations()[population].is_excitatory()) continue;
            const std::size_t n_plastic = network_.plastic().row(neuron).size();
            work_.delivered_spikes += n_plastic;
            plan.n_plastic_arrivals += n_plastic;
        }
    }
    EpochPlan plan_epoch(const Epoch& epoch, std::span<const PackedSpike> arriving,
                         TraceSampler& sampler) {
        EpochPlan plan;
        for (const EpochPart& part :
             cut_epoch(this->grid_, epoch.begin, epoch.steps, arriving, this->conditions_))
            plan.push_back(plan_block(part, epoch.decision, sampler));
        plan.front().task.first_of_epoch = true;
        plan.back().task.last_of_epoch = true;
        return plan;
    }
    void run_block(const Arrays<M>& a, const BlockPlan& plan, const BlockTask* task,
                   bool keep_launches) {
        for (const Step step : plan.snapshots) {
            const PendingSnapshot& snapshot = begun_snapshots_.emplace_back(make_snapshot(step));
            on_synapses(plasticity::KeepWeights<M>{snapshot.h_mV.data(), snapshot.z.data()});
            on_neurons(this->protein_within(plan.task.window, step, snapshot.protein.data()));
        }
        launch_block(a, plan, task, keep_launches);
        if (!plan.task.ends_window) return;
        for (PendingSnapshot& snapshot : begun_snapshots_) {
            device_->launch(
                FinishSnapshot<M>{a, physics_on_device_.data(), task,
                                  static_cast<int>(snapshot.step - plan.task.window.begin),
                                  snapshot.h_mV.data()},
                a.plastic.n_sources);
            pending_snapshots_.push_back(std::move(snapshot));
        }
        begun_snapshots_.clear();
    }
    // The whole epoch is launched at once, and finish_epoch has nothing to do: what is launched
    // after the spikes were copied could neither be kept with the rest nor be put together with
    // what other trials launch.
    //
    // In the order of plasticity/window.hpp, but that some steps are taken together or earlier:
    // neurons advance their protein at once; calcium goes to the arrays of the next window as rows
    // are selected; rows are finished for active synapses and for tags that end, which no recording
    // sees.
    //
    // Blocks with about as many events are launched alike, so that the launches can be kept.
    void launch_block(const Arrays<M>& a, const BlockPlan& plan, const BlockTask* task,
                      bool keep_launches) {
        const BlockTask& t = plan.task;
        const Physics<M>* physics = physics_on_device_.data();
        const bool samples_synapses = plan.samples_in_window && a.n_recorded_synapses > 0;
        const std::uint64_t n_events = std::bit_ceil(std::max<std::uint64_t>(
            {1, plan.arriving.size(), plan.influx.size(), plan.arrivals_leaving.size(),
             plan.spikes_leaving.size(), plan.forced_by_neuron.size(), plan.inputs.size()}));
        const std::uint64_t n_spikes =
            plan.arriving.empty() ? 0 : std::bit_ceil(plan.arriving.size());
        const bool catches_up = n_spikes > 0 && t.at > 0 && t.plasticity();
        const auto launch = [&] {
            if (samples_synapses && t.begins_window)
                device_->launch(BeginSynapseSamples<M>{a}, a.n_recorded_synapses);
            device_->launch(MarkEvents<M>{a, task}, n_events);
            if (catches_up) device_->launch(CatchUp<M>{a, physics, task}, n_spikes);
            device_->launch(DeliverSpikes<M>{a, physics, task}, a.n_deliveries * n_spikes);
            neurons_.advance(a, physics, task);
            if (!t.ends_window) return;
            device_->launch(SelectRows<M>{a, physics, task},
                            std::max(a.plastic.n_sources, a.n_local));
            device_->launch(FinishRows<M>{a, physics, task}, a.plastic.n_sources);
            if (samples_synapses)
                device_->launch(FinishSynapseSamples<M>{a, physics, task}, a.n_recorded_synapses);
        };
        if (!keep_launches) return launch();
        // Of what kernels are given, these alone change within the life of the executor.
        const std::uint64_t kind =
            std::uint64_t{samples_synapses} | std::uint64_t{t.begins_window} << 1 |
            std::uint64_t{t.ends_window} << 2 | std::uint64_t{catches_up} << 3;
        device_->launch_together({address(task), address(a.active_arrivals), address(a.samples),
                                  kind, n_events, n_spikes},
                                 launch);
    }
    void collect_spikes(Step end, std::vector<PackedSpike>& fired) {
        // Most epochs have few spikes: one copy brings them all.
        constexpr std::size_t words_at_once = 1024;
        const std::size_t n_first = std::min(words_at_once, state_.output.size());
        spikes_.reserve(state_.output.size() * sizeof(std::uint64_t));
        const std::span words(reinterpret_cast<std::uint64_t*>(spikes_.data()),
                              state_.output.size());
        state_.output.copy_to(words.first(n_first));
        const std::size_t n_words = first_spike_word + words[word_n_spikes];
        if (n_words > n_first)
            state_.output.copy_to(words.subspan(n_first, n_words - n_first), n_first);
        fired.assign(words.begin() + first_spike_word,
                     words.begin() + static_cast<std::ptrdiff_t>(n_words));
        if (words[word_first_bad_neuron] != end_of_list)
            fail_not_finite(network_, static_cast<std::uint32_t>(words[word_first_bad_neuron]),
                            end);
    }
    PendingSnapshot make_snapshot(Step step) const {
        const std::size_t n = network_.plastic().size();
        return {step, {*device_, n}, {*device_, n}, {*device_, this->n_protein_values()}};
    }
    //! Calcium of the next window.
    auto& calcium() { return state_.calcium[static_cast<std::size_t>(parity_)]; }

    std::unique_ptr<Device> device_;
    int refractory_steps_;  //!< shortest of the excitatory neurons
    DeviceArray<Physics<M>> physics_on_device_;
    DeviceNetwork on_device_;
    BuiltInDeviceNeurons neurons_;
    DeviceState<M> state_;
    DeviceStimuli stimuli_;
    DeviceRecorder recorder_;
    EpochUpload upload_;
    HostCopy host_copy_;

    int parity_ = 0;  // of the present window, or of the next
    std::array<std::int64_t, model::max_window_steps> sample_row_{};  // of the present window
    bool samples_in_window_ = false;
    StagingBuffer spikes_;
    std::vector<PendingSnapshot> begun_snapshots_;    // within the present window
    std::vector<PendingSnapshot> pending_snapshots_;  // to be handed out
    Snapshot weights_;
    WorkCounters work_;
};

}  // namespace

std::unique_ptr<Executor> make_device_executor(std::unique_ptr<Device> device,
                                               const Experiment& experiment,
                                               const Network& network) {
    return plasticity::with_mechanisms(experiment.synapses, experiment.protein_diffusion(),
                                       [&]<class M>(M) -> std::unique_ptr<Executor> {
                                           return std::make_unique<DeviceExecutor<M>>(
                                               std::move(device), experiment, network);
                                       });
}

}  // namespace engram::device

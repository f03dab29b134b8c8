#include "device/device_executor.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/errors.hpp"
#include "simulation/fold_interval.hpp"
#include "simulation/not_finite.hpp"
#include "simulation/shortest_refractory.hpp"

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

}  // namespace

template <class M>
DeviceExecutor<M>::DeviceExecutor(std::unique_ptr<Device> device, const Experiment& experiment,
                                  const Network& network)
    : device_(with_room_for(std::move(device), experiment, network)),
      network_(network),
      conditions_(experiment),
      physics_(make_physics<M>(experiment)),
      refractory_steps_(shortest_refractory_steps(experiment, PopulationKind::excitatory)),
      epoch_steps_(static_cast<int>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms))),
      fold_interval_s_(fold_interval_s(physics_.early.passive_rate_per_s, experiment.synapses)),
      on_device_(*device_, experiment, network),
      neurons_(*device_, experiment, network),
      state_(*device_, sizes_of_state(network), BuiltInDeviceNeurons::most_sites,
             most_spikes_per_epoch(experiment, network.n_local())),
      stimuli_(*device_, experiment, network),
      influx_(experiment),
      recorder_(*device_, network, experiment),
      upload_(*device_),
      spikes_(*device_) {
    sum_rows();
}

template <class M>
Arrays<M> DeviceExecutor<M>::arrays() const {
    Arrays<M> arrays(physics_.late);
    on_device_.describe(arrays);
    state_.describe(arrays);
    recorder_.describe(arrays);
    arrays.receives = stimuli_.receives();
    return arrays;
}

template <class M>
void DeviceExecutor<M>::begin_phase(Step begin) {
    neurons_.rest(arrays().population);
    state_.clear_calcium();
    influx_.clear();
    if (conditions_.at(begin).plasticity) fold(begin);
}

template <class M>
void DeviceExecutor<M>::sum_rows() {
    const Arrays<M> a = arrays();
    device_->launch(ResetSums<M>{a}, std::max(a.plastic.n_sources, a.n_local));
    device_->launch(SumRows<M>{a}, a.plastic.n_sources);
}

template <class M>
void DeviceExecutor<M>::fold(Step step) {
    const Arrays<M> a = arrays();
    device_->launch(FoldRows<M>{a, physics_.late, relaxation(step)}, a.plastic.n_sources);
    device_->launch(ResetShrinkages<M>{a}, a.n_local);
    sum_rows();
    reference_ = step;
}

template <class M>
BlockPlan DeviceExecutor<M>::plan_block(const EpochPart& part, TraceSampler& sampler) {
    BlockPlan plan;
    plan.task = BlockTask(plasticity::Block(part.begin, part.steps, conditions_.at(part.begin),
                                            physics_.early, age(part.begin)));
    BlockTask& task = plan.task;
    task.offset = part.offset;
    task.parity = std::exchange(parity_, 1 - parity_);
    task.highest_post_gain = model::most_spikes(part.steps, refractory_steps_) * physics_.ca_post;
    plan.arriving.assign(part.arriving.begin(), part.arriving.end());
    count_arrivals(plan);
    for (const auto& [step, source] : influx_.take_before(task.end()))
        plan.influx.push_back(pack_spike(static_cast<std::uint32_t>(step - task.begin), source));
    StimuliOn on = stimuli_.during(task.begin, task.end());
    plan.pulses = stimuli_.tasks(on.pulses);
    plan.trains = std::move(on.trains);
    plan.forced.assign(on.forced.begin(), on.forced.end());
    for (int s = 0; s < part.steps; ++s) {
        const bool due = sampler.due(task.begin + s);
        task.sample_row[s] = due ? recorder_.add_row(task.begin + s, sampler) : no_sample;
        plan.samples |= due;
    }
    return plan;
}

template <class M>
void DeviceExecutor<M>::count_arrivals(BlockPlan& plan) {
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

template <class M>
EpochPlan DeviceExecutor<M>::plan_epoch(Step begin, int steps,
                                        std::span<const PackedSpike> arriving,
                                        TraceSampler& sampler) {
    EpochPlan plan;
    for (const EpochPart& part : cut_epoch(begin, steps, arriving, conditions_))
        plan.push_back(plan_block(part, sampler));
    plan.front().task.first_of_epoch = true;
    plan.back().task.last_of_epoch = true;
    return plan;
}

template <class M>
void DeviceExecutor<M>::run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                                  std::vector<PackedSpike>& fired, TraceSampler& sampler) {
    host_copy_.clear();
    if (conditions_.at(begin).plasticity &&
        static_cast<double>(age(begin)) * physics_.dt_s >= fold_interval_s_)
        fold(begin);
    stimuli_.begin_epoch(begin, begin + steps);
    recorder_.reserve_rows(static_cast<std::size_t>(steps), sampler);
    EpochPlan plan = plan_epoch(begin, steps, arriving, sampler);
    std::uint64_t most_arrivals = 0;
    for (const BlockPlan& block : plan)
        most_arrivals = std::max(most_arrivals, block.n_plastic_arrivals);
    state_.reserve_arrivals(most_arrivals);
    const BlockTask* tasks = upload(upload_, plan);
    const Arrays<M> a = arrays();
    // With many blocks per epoch there would be too many sequences to keep.
    const bool keep_launches = plan.size() == 1;
    for (std::size_t b = 0; b < plan.size(); ++b) run_block(a, plan[b], tasks + b, keep_launches);
    collect_spikes(begin + steps, fired);
    work_.neuron_steps += static_cast<std::uint64_t>(steps) * network_.n_local();
}

template <class M>
void DeviceExecutor<M>::run_block(const Arrays<M>& a, const BlockPlan& plan, const BlockTask* task,
                                  bool keep_launches) {
    const BlockTask& t = plan.task;
    const auto in_block = [&](Step step) { return t.contains(step); };
    const std::size_t first_snapshot = pending_snapshots_.size();
    for (const Step step : snapshot_steps_) {
        if (!in_block(step)) continue;
        pending_snapshots_.push_back(make_snapshot(step));
        const PendingSnapshot& snapshot = pending_snapshots_.back();
        device_->launch(BeginSnapshot<M>{a, snapshot.h_mV.data(), snapshot.z.data()},
                        a.plastic.n_sources);
    }
    std::erase_if(snapshot_steps_, in_block);
    launch_block(a, plan, task, keep_launches);
    for (std::size_t i = first_snapshot; i < pending_snapshots_.size(); ++i) {
        const PendingSnapshot& snapshot = pending_snapshots_[i];
        device_->launch(
            FinishSnapshot<M>{a, physics_, task, static_cast<int>(snapshot.step - t.begin),
                              snapshot.h_mV.data()},
            a.plastic.n_sources);
    }
}

// In the order of plasticity/block.hpp, but that some steps are taken together or earlier: neurons
// advance their protein at once; calcium goes to the arrays of the next block as rows are selected;
// rows are finished for active synapses and for tags that end, which no recording sees.
//
// Blocks with about as many events are launched alike, so that the launches can be kept.
template <class M>
void DeviceExecutor<M>::launch_block(const Arrays<M>& a, const BlockPlan& plan,
                                     const BlockTask* task, bool keep_launches) {
    const bool samples_synapses = plan.samples && recorder_.n_synapses() > 0;
    const std::uint64_t n_events =
        std::bit_ceil(std::max<std::uint64_t>({1, plan.arriving.size(), plan.influx.size()}));
    const std::uint64_t n_deliveries =
        plan.arriving.empty() ? 0 : a.n_deliveries * std::bit_ceil(plan.arriving.size());
    const auto launch = [&] {
        if (samples_synapses) device_->launch(BeginSynapseSamples<M>{a}, a.n_recorded_synapses);
        device_->launch(MarkEvents<M>{a, task}, n_events);
        device_->launch(DeliverSpikes<M>{a, physics_, task}, n_deliveries);
        neurons_.advance(a, physics_, task);
        device_->launch(SelectRows<M>{a, physics_, task}, std::max(a.plastic.n_sources, a.n_local));
        device_->launch(FinishRows<M>{a, physics_, task}, a.plastic.n_sources);
        if (samples_synapses)
            device_->launch(FinishSynapseSamples<M>{a, physics_, task}, a.n_recorded_synapses);
    };
    if (!keep_launches) return launch();
    // Of what kernels are given, these alone change within the life of the executor.
    device_->launch_together({address(task), address(a.active_arrivals), address(a.samples),
                              std::uint64_t{samples_synapses}, n_events, n_deliveries},
                             launch);
}

template <class M>
void DeviceExecutor<M>::collect_spikes(Step end, std::vector<PackedSpike>& fired) {
    // Most epochs have few spikes: one copy brings them all.
    constexpr std::size_t words_at_once = 1024;
    const std::size_t n_first = std::min(words_at_once, state_.output.size());
    spikes_.reserve(state_.output.size() * sizeof(std::uint64_t));
    const std::span words(reinterpret_cast<std::uint64_t*>(spikes_.data()), state_.output.size());
    state_.output.copy_to(words.first(n_first));
    const std::size_t n_words = first_spike_word + words[word_n_spikes];
    if (n_words > n_first)
        state_.output.copy_to(words.subspan(n_first, n_words - n_first), n_first);
    fired.assign(words.begin() + first_spike_word,
                 words.begin() + static_cast<std::ptrdiff_t>(n_words));
    if (words[word_first_bad_neuron] != end_of_list)
        throw NumericalError(not_finite_message(
            network_.global_id(static_cast<std::uint32_t>(words[word_first_bad_neuron])), end));
}

template <class M>
typename DeviceExecutor<M>::PendingSnapshot DeviceExecutor<M>::make_snapshot(Step step) const {
    const std::size_t n = network_.plastic().size();
    return {step, {*device_, n}, {*device_, n}};
}

template <class M>
Snapshot DeviceExecutor<M>::read(const PendingSnapshot& pending) {
    return {pending.step, pending.h_mV.to_vector(), pending.z.to_vector()};
}

template <class M>
std::vector<Snapshot> DeviceExecutor<M>::take_snapshots() {
    std::vector<Snapshot> snapshots;
    for (const PendingSnapshot& pending : std::exchange(pending_snapshots_, {}))
        snapshots.push_back(read(pending));
    return snapshots;
}

template <class M>
SnapshotView DeviceExecutor<M>::weights(Step step) {
    const PendingSnapshot present = make_snapshot(step);
    device_->launch(PresentWeights<M>{arrays(), physics_.early.h_0_mV, relaxation(step),
                                      present.h_mV.data(), present.z.data()},
                    network_.plastic().n_sources());
    weights_ = read(present);
    return weights_.view();
}

template <class M>
void DeviceExecutor<M>::sample_consolidation(Step begin, std::span<const Step> steps,
                                             const plasticity::Course<M>& course,
                                             TraceSampler& sampler) {
    recorder_.reserve_rows(steps.size(), sampler);
    std::vector<SampleTime> times;
    for (const Step step : steps)
        times.push_back(
            {recorder_.add_row(step, sampler), static_cast<double>(step - begin) * physics_.dt_s});
    const DeviceArray<SampleTime> on_device(*device_, times);
    const Arrays<M> a = arrays();
    if (a.n_recorded_neurons > 0)
        device_->launch(SampleNeuronsAfter<M>{a, course, on_device.data()},
                        times.size() * a.n_recorded_neurons);
    if (a.n_recorded_synapses > 0)
        device_->launch(SampleSynapsesAfter<M>{a, course, on_device.data()},
                        times.size() * a.n_recorded_synapses);
    recorder_.complete(sampler);
}

template <class M>
bool DeviceExecutor<M>::consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                                    const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                                    const OnSampled& sampled, std::vector<Snapshot>& snapshots) {
    host_copy_.clear();
    const model::Conditions& conditions = conditions_.at(begin);
    if (conditions.plasticity) fold(begin);
    const plasticity::Course<M> course(physics_, conditions, relaxation(begin));
    const Arrays<M> a = arrays();
    device_->launch(FindSynthesisEnd<M>{a, course}, a.n_local);
    constexpr std::int64_t samples_at_once = 512;  // on all ranks
    for (std::int64_t done = 0; done < sample_steps.size();) {
        std::vector<Step> steps;
        for (; done < sample_steps.size() && std::ssize(steps) < samples_at_once; ++done)
            steps.push_back(sample_steps.at(done));
        sample_consolidation(begin, steps, course, sampler);
        if (!sampled(done)) return false;
        host_copy_.clear();
    }
    for (const Step step : snapshot_steps) {
        const PendingSnapshot pending = make_snapshot(step);
        device_->launch(
            SnapshotAfter<M>{a, course, static_cast<double>(step - begin) * physics_.dt_s,
                             pending.h_mV.data(), pending.z.data()},
            a.plastic.n_sources);
        snapshots.push_back(read(pending));
    }
    if (!conditions.plasticity) return true;
    const double time_s = static_cast<double>(end - begin) * physics_.dt_s;
    device_->launch(ConsolidateRows<M>{a, course, time_s}, a.plastic.n_sources);
    device_->launch(ConsolidateProtein<M>{a, course, time_s}, a.n_local);
    reference_ = end;
    fold(end);
    return true;
}

template <class M>
SharedState DeviceExecutor<M>::shared_state() {
    return {{}, influx_.due(), calcium()[&plasticity::CalciumView::pre_start].to_vector()};
}

template <class M>
LocalState DeviceExecutor<M>::prepare_restore(Step step, bool within_phase) {
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

template <class M>
LocalState DeviceExecutor<M>::local_state(Step step, bool within_phase) {
    const LocalState views = prepare_restore(step, within_phase);
    host_copy_.download();
    return views;
}

template <class M>
void DeviceExecutor<M>::restore(Step reference, const SharedState* shared) {
    host_copy_.upload();
    host_copy_.clear();
    reference_ = reference;
    sum_rows();
    if (shared == nullptr) return;
    influx_.restore(shared->calcium_due);
    calcium()[&plasticity::CalciumView::pre_start].copy_from(shared->calcium_pre);
}

template <class M>
WorkCounters DeviceExecutor<M>::work() const {
    WorkCounters work = work_;
    for (const model::FixedPoint n : state_.n_draws.to_vector())
        work.early_phase_draws += static_cast<std::uint64_t>(n);
    return work;
}

template <class M>
std::vector<double> DeviceExecutor<M>::protein() const {
    std::vector<double> amounts;
    for (const auto pool : M::Late::pools(physics_.late)) {
        const std::vector<double> of_pool = state_.plastic[pool].to_vector();
        amounts.insert(amounts.end(), of_pool.begin(), of_pool.end());
    }
    return amounts;
}

std::unique_ptr<Executor> make_device_executor(std::unique_ptr<Device> device,
                                               const Experiment& experiment,
                                               const Network& network) {
    return plasticity::with_mechanisms(
        experiment.synapses, [&]<class M>(M) -> std::unique_ptr<Executor> {
            return std::make_unique<DeviceExecutor<M>>(std::move(device), experiment, network);
        });
}

}  // namespace engram::device

#include "device/device_executor.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/errors.hpp"
#include "simulation/fold_interval.hpp"
#include "simulation/not_finite.hpp"

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

DeviceExecutor::DeviceExecutor(std::unique_ptr<Device> device, const Experiment& experiment,
                               const Network& network)
    : device_(with_room_for(std::move(device), experiment, network)),
      network_(network),
      physics_(experiment.synapses, experiment.dt_ms, experiment.seed),
      calcium_delay_steps_(experiment.steps_from_ms(experiment.synapses.t_ca_delay_ms)),
      epoch_steps_(static_cast<int>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms))),
      relaxation_rate_per_s_(model::relaxation_rate / experiment.synapses.tau_h_s),
      fold_interval_s_(fold_interval_s(experiment.synapses)),
      on_device_(*device_, experiment, network),
      state_(*device_, network, most_spikes_per_epoch(experiment, network.n_local())),
      stimuli_(*device_, experiment, network),
      recorder_(*device_, network, experiment),
      upload_(*device_),
      spikes_(*device_) {
    device_->launch(Fill<double>{state_.shrinkage.data(), 1.0}, state_.shrinkage.size());
    sum_rows();
}

Arrays DeviceExecutor::arrays() const {
    Arrays arrays;
    on_device_.describe(arrays);
    state_.describe(arrays);
    recorder_.describe(arrays);
    arrays.receives = stimuli_.receives();
    return arrays;
}

void DeviceExecutor::begin_phase(Step begin) {
    for (std::size_t p = 0; p < network_.populations().n_populations(); ++p) {
        const LocalRange range = network_.local_range(p);
        device_->launch(
            Fill<double>{state_.v_mV.data() + range.begin, on_device_.physics(p).v_init_mV},
            range.size());
    }
    for (auto* array : {&state_.i_syn_nA, &state_.i_bg_nA, &state_.refractory})
        array->fill_bytes(0);
    state_.clear_calcium();
    influx_due_.clear();
    fold(begin);
}

void DeviceExecutor::sum_rows() {
    const Arrays a = arrays();
    device_->launch(ResetSums{a}, std::max(a.plastic.n_sources, a.n_local));
    device_->launch(SumRows{a}, a.plastic.n_sources);
}

void DeviceExecutor::fold(Step step) {
    const Arrays a = arrays();
    device_->launch(FoldRows{a, physics_.late, physics_.early.relaxation(step - reference_)},
                    a.plastic.n_sources);
    device_->launch(Fill<double>{state_.shrinkage.data(), 1.0}, state_.shrinkage.size());
    sum_rows();
    reference_ = step;
}

BlockPlan DeviceExecutor::plan_block(Step begin, int steps, int offset,
                                     std::span<const PackedSpike> arriving, TraceSampler& sampler) {
    BlockPlan plan;
    plan.task = BlockTask(plasticity::Block(begin, steps, physics_.early, reference_));
    BlockTask& task = plan.task;
    task.offset = offset;
    task.parity = std::exchange(parity_, 1 - parity_);
    int most_spikes = 0;
    for (std::size_t p = 0; p < network_.populations().n_populations(); ++p) {
        const PopulationPhysics& of_population = on_device_.physics(p);
        const int refractory = of_population.step_neuron.propagator.refractory_steps;
        if (of_population.excitatory)
            most_spikes = std::max(most_spikes, model::most_spikes(steps, refractory));
    }
    task.highest_post_gain = most_spikes * physics_.ca_post;
    plan.arriving.assign(arriving.begin(), arriving.end());
    for (const PackedSpike spike : arriving) {
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
    for (; !influx_due_.empty() && influx_due_.front().step < begin + steps;
         influx_due_.pop_front())
        plan.influx.push_back(
            pack_spike(static_cast<std::uint32_t>(influx_due_.front().step - begin),
                       influx_due_.front().neuron));
    DeviceStimuli::Selection selection = stimuli_.select(begin, begin + steps);
    plan.pulses = std::move(selection.pulses);
    plan.trains = std::move(selection.trains);
    plan.forced = std::move(selection.forced);
    for (int s = 0; s < steps; ++s) {
        const bool due = sampler.due(begin + s);
        task.sample_row[s] = due ? recorder_.add_row(begin + s, sampler) : no_sample;
        plan.samples |= due;
    }
    return plan;
}

EpochPlan DeviceExecutor::plan_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                                     TraceSampler& sampler) {
    EpochPlan plan;
    std::size_t next = 0;
    for (int offset = 0; offset < steps; offset += model::max_block_steps) {
        const int n = std::min(model::max_block_steps, steps - offset);
        const std::size_t first = next;
        while (next < arriving.size() &&
               step_in_epoch(arriving[next]) < static_cast<std::uint32_t>(offset + n))
            ++next;
        plan.push_back(
            plan_block(begin + offset, n, offset, arriving.subspan(first, next - first), sampler));
    }
    plan.front().task.first_of_epoch = true;
    plan.back().task.last_of_epoch = true;
    return plan;
}

void DeviceExecutor::run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                               std::vector<PackedSpike>& fired, TraceSampler& sampler) {
    host_copy_.clear();
    if (static_cast<double>(begin - reference_) * physics_.dt_s >= fold_interval_s_) fold(begin);
    stimuli_.begin_epoch(begin, begin + steps);
    recorder_.reserve_rows(static_cast<std::size_t>(steps), sampler);
    EpochPlan plan = plan_epoch(begin, steps, arriving, sampler);
    std::uint64_t most_arrivals = 0;
    for (const BlockPlan& block : plan)
        most_arrivals = std::max(most_arrivals, block.n_plastic_arrivals);
    state_.reserve_arrivals(most_arrivals);
    const BlockTask* tasks = upload(upload_, plan);
    const Arrays a = arrays();
    // With many blocks per epoch there would be too many sequences to keep.
    const bool keep_launches = plan.size() == 1;
    for (std::size_t b = 0; b < plan.size(); ++b) run_block(a, plan[b], tasks + b, keep_launches);
    collect_spikes(begin + steps, fired);
    work_.neuron_steps += static_cast<std::uint64_t>(steps) * network_.n_local();
}

void DeviceExecutor::run_block(const Arrays& a, const BlockPlan& plan, const BlockTask* task,
                               bool keep_launches) {
    const BlockTask& t = plan.task;
    const auto in_block = [&](Step step) { return t.contains(step); };
    const std::size_t first_snapshot = pending_snapshots_.size();
    for (const Step step : snapshot_steps_) {
        if (!in_block(step)) continue;
        pending_snapshots_.push_back(make_snapshot(step));
        const PendingSnapshot& snapshot = pending_snapshots_.back();
        device_->launch(BeginSnapshot{a, snapshot.h_mV.data(), snapshot.z.data()},
                        a.plastic.n_sources);
    }
    std::erase_if(snapshot_steps_, in_block);
    launch_block(a, plan, task, keep_launches);
    for (std::size_t i = first_snapshot; i < pending_snapshots_.size(); ++i) {
        const PendingSnapshot& snapshot = pending_snapshots_[i];
        device_->launch(FinishSnapshot{a, physics_, task, static_cast<int>(snapshot.step - t.begin),
                                       snapshot.h_mV.data()},
                        a.plastic.n_sources);
    }
}

// Blocks with about as many events are launched alike, so that the launches can be kept.
void DeviceExecutor::launch_block(const Arrays& a, const BlockPlan& plan, const BlockTask* task,
                                  bool keep_launches) {
    const bool samples_synapses = plan.samples && recorder_.n_synapses() > 0;
    const std::uint64_t n_events =
        std::bit_ceil(std::max<std::uint64_t>({1, plan.arriving.size(), plan.influx.size()}));
    const std::uint64_t n_deliveries =
        plan.arriving.empty() ? 0 : a.n_deliveries * std::bit_ceil(plan.arriving.size());
    const auto launch = [&] {
        if (samples_synapses) device_->launch(BeginSynapseSamples{a}, a.n_recorded_synapses);
        device_->launch(MarkEvents{a, task}, n_events);
        device_->launch(DeliverSpikes{a, physics_, task}, n_deliveries);
        device_->launch(AdvanceNeurons{a, physics_, task}, a.n_local);
        device_->launch(SelectRows{a, physics_, task}, std::max(a.plastic.n_sources, a.n_local));
        device_->launch(FinishRows{a, physics_, task}, a.plastic.n_sources);
        if (samples_synapses)
            device_->launch(FinishSynapseSamples{a, physics_, task}, a.n_recorded_synapses);
    };
    if (!keep_launches) return launch();
    // Of what kernels are given, these alone change within the life of the executor.
    device_->launch_together({address(task), address(a.active_arrivals), address(a.samples),
                              std::uint64_t{samples_synapses}, n_events, n_deliveries},
                             launch);
}

void DeviceExecutor::collect_spikes(Step end, std::vector<PackedSpike>& fired) {
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

void DeviceExecutor::schedule(std::span<const PackedSpike> spikes, Step begin) {
    for (const PackedSpike spike : spikes)
        if (network_.populations().is_excitatory(neuron_of(spike)))
            influx_due_.push_back(
                {begin + step_in_epoch(spike) + calcium_delay_steps_, neuron_of(spike)});
}

DeviceExecutor::PendingSnapshot DeviceExecutor::make_snapshot(Step step) const {
    const std::size_t n = network_.plastic().size();
    return {step, {*device_, n}, {*device_, n}};
}

Snapshot DeviceExecutor::read(const PendingSnapshot& pending) {
    return {pending.step, pending.h_mV.to_vector(), pending.z.to_vector()};
}

std::vector<Snapshot> DeviceExecutor::take_snapshots() {
    std::vector<Snapshot> snapshots;
    for (const PendingSnapshot& pending : std::exchange(pending_snapshots_, {}))
        snapshots.push_back(read(pending));
    return snapshots;
}

SnapshotView DeviceExecutor::weights(Step step) {
    const PendingSnapshot present = make_snapshot(step);
    device_->launch(PresentWeights{arrays(), physics_.early.h_0_mV,
                                   physics_.early.relaxation(step - reference_),
                                   present.h_mV.data(), present.z.data()},
                    network_.plastic().n_sources());
    weights_ = read(present);
    return weights_.view();
}

void DeviceExecutor::sample_consolidation(Step begin, std::span<const Step> steps,
                                          const model::Consolidation& consolidation,
                                          TraceSampler& sampler) {
    recorder_.reserve_rows(steps.size(), sampler);
    std::vector<SampleTime> times;
    for (const Step step : steps)
        times.push_back(
            {recorder_.add_row(step, sampler), static_cast<double>(step - begin) * physics_.dt_s});
    const DeviceArray<SampleTime> on_device(*device_, times);
    const Arrays a = arrays();
    if (a.n_recorded_neurons > 0)
        device_->launch(SampleNeuronsAfter{a, consolidation, on_device.data()},
                        times.size() * a.n_recorded_neurons);
    if (a.n_recorded_synapses > 0)
        device_->launch(
            SampleSynapsesAfter{a, consolidation, physics_.early.h_0_mV, on_device.data()},
            times.size() * a.n_recorded_synapses);
    recorder_.complete(sampler);
}

bool DeviceExecutor::consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                                 const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                                 const OnSampled& sampled, std::vector<Snapshot>& snapshots) {
    host_copy_.clear();
    fold(begin);
    const model::Consolidation consolidation{physics_.late, relaxation_rate_per_s_};
    const Arrays a = arrays();
    device_->launch(FindSynthesisEnd{a, consolidation}, a.n_local);
    constexpr std::int64_t samples_at_once = 512;  // on all ranks
    for (std::int64_t done = 0; done < sample_steps.size();) {
        std::vector<Step> steps;
        for (; done < sample_steps.size() && std::ssize(steps) < samples_at_once; ++done)
            steps.push_back(sample_steps.at(done));
        sample_consolidation(begin, steps, consolidation, sampler);
        if (!sampled(done)) return false;
        host_copy_.clear();
    }
    for (const Step step : snapshot_steps) {
        const PendingSnapshot pending = make_snapshot(step);
        device_->launch(SnapshotAfter{a, consolidation, physics_.early.h_0_mV,
                                      static_cast<double>(step - begin) * physics_.dt_s,
                                      pending.h_mV.data(), pending.z.data()},
                        a.plastic.n_sources);
        snapshots.push_back(read(pending));
    }
    const double time_s = static_cast<double>(end - begin) * physics_.dt_s;
    device_->launch(ConsolidateRows{a, consolidation, time_s}, a.plastic.n_sources);
    device_->launch(ConsolidateProtein{a, consolidation, time_s}, a.n_local);
    reference_ = end;
    fold(end);
    return true;
}

SharedState DeviceExecutor::shared_state() {
    return {{}, {influx_due_.begin(), influx_due_.end()}, state_.pre_start[parity_].to_vector()};
}

LocalState DeviceExecutor::prepare_restore(Step step, bool within_phase) {
    std::vector<DeviceStimuli::Process> processes;
    if (within_phase) processes = stimuli_.state(step);
    host_copy_.select(state_, parity_, processes, within_phase);
    return host_copy_.views();
}

LocalState DeviceExecutor::local_state(Step step, bool within_phase) {
    const LocalState views = prepare_restore(step, within_phase);
    host_copy_.download();
    return views;
}

void DeviceExecutor::restore(Step reference, const SharedState* shared) {
    host_copy_.upload();
    host_copy_.clear();
    reference_ = reference;
    sum_rows();
    if (shared == nullptr) return;
    influx_due_.assign(shared->calcium_due.begin(), shared->calcium_due.end());
    state_.pre_start[parity_].copy_from(shared->calcium_pre);
}

WorkCounters DeviceExecutor::work() const {
    WorkCounters work = work_;
    for (const model::FixedPoint n : state_.n_draws.to_vector())
        work.early_phase_draws += static_cast<std::uint64_t>(n);
    return work;
}

}  // namespace engram::device

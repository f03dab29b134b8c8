// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulation.hpp"

#include <algorithm>
#include <utility>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "experiment/keys.hpp"
#include "network/recorded_synapses.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/initial_weights.hpp"
#include "simulation/weight_check.hpp"

namespace engram {
namespace {

// Whether a spiking phase has been begun and not ended.
bool is_spiking(const Schedule& schedule, const RunPosition& position) {
    return position.within_phase &&
           schedule.phases.at(position.phase_index).kind == PhaseKind::spiking;
}

}  // namespace

Simulation::Simulation(Experiment experiment, const Wiring& wiring, MPI_Comm communicator,
                       const ExecutorFactory& make_executor)
    : experiment_(std::move(experiment)),
      conditions_(experiment_),
      schedule_(make_schedule(experiment_)),
      communicator_(communicator),
      rank_(rank_of(communicator)),
      network_(experiment_, wiring,
               Partition(experiment_.populations.size(), size_of(communicator)), rank_),
      executor_(make_executor(experiment_, network_, communicator_)),
      sampler_(network_, experiment_),
      gatherer_(communicator, experiment_, sampler_),
      exchange_(communicator, executor_->clock()) {
    // Each rank knows of those whose target it has.
    std::vector<ConfigProblem> problems;
    for (std::size_t number = 0; number < experiment_.record.n_recordings(); ++number) {
        const TraceRecording& recording = experiment_.record.recording(number);
        std::vector<int> missing(recording.synapses.size(), 0);
        for (const auto& synapse : sampler_.missing())
            if (synapse.recording == number) missing[synapse.index] = 1;
        MPI_Allreduce(MPI_IN_PLACE, missing.data(), static_cast<int>(missing.size()), MPI_INT,
                      MPI_MAX, communicator_);
        for (std::size_t i = 0; i < missing.size(); ++i)
            if (missing[i] != 0)
                problems.push_back({"", 0,
                                    keys::path_of_recording(recording) + "." +
                                        keys::name_of<&TraceRecording::synapses>(),
                                    missing_synapse_message(recording.synapses[i], experiment_)});
    }
    if (!problems.empty()) throw as_shared(ConfigError(std::move(problems)));
    if (experiment_.initial_weights.is_given()) {
        collectively(communicator_, [&] {
            set_initial_weights(begin_initial_state(), network_, experiment_);
            finish_initial_state();
        });
    }
}

// The phases and epochs of one call of run().
class Simulation::Loop {
  public:
    Loop(Simulation& simulation, ResultSink& sink, ProgressListener& progress,
         CheckpointStore* store)
        : experiment_(simulation.experiment_),
          conditions_(simulation.conditions_),
          schedule_(simulation.schedule_),
          decisions_(decision_grid(simulation.experiment_)),
          communicator_(simulation.communicator_),
          rank_(simulation.rank_),
          network_(simulation.network_),
          executor_(*simulation.executor_),
          sampler_(simulation.sampler_),
          gatherer_(simulation.gatherer_),
          exchange_(simulation.exchange_),
          clock_(simulation.clock()),
          position_(simulation.position_),
          arriving_(simulation.arriving_),
          saved_step_(simulation.saved_step_),
          sink_(sink),
          progress_(progress),
          store_(store) {}

    RunOutcome run() {
        const RunClock::Within running(clock_, RunPart::other);
        const auto n_phases = static_cast<std::int64_t>(schedule_.phases.size());
        while (!stopping_) {
            const std::int64_t next = next_phase();
            if (next >= n_phases) break;
            run_phase(schedule_.phases.at(next));
        }
        if (stopping_) return RunOutcome::stopped;
        hand_out(executor_.weights(experiment_.duration_steps()));
        return RunOutcome::completed;
    }

  private:
    std::int64_t next_phase() {
        const RunClock::Within waiting(clock_, RunPart::waiting);
        std::int64_t next = position_.phase_index;
        MPI_Bcast(&next, 1, MPI_INT64_T, 0, communicator_);
        return next;
    }

    void run_phase(const Phase& phase) {
        if (rank_ == 0) progress_.phase_begins(phase, position_.step);
        if (is_last(phase) && phase.kind == PhaseKind::consolidation) save_for_extension();
        if (!position_.within_phase) {
            position_.reports.push_back({phase});
            for (const Population& population : experiment_.populations)
                position_.reports.back().spikes[population.name] = 0;
        }
        phase_start_wall_s_ = MPI_Wtime() - present_report().wall_s;
        if (phase.kind == PhaseKind::spiking) {
            run_spiking(phase);
        } else {
            run_consolidation(phase);
        }
        clock_.enter(RunPart::other);
        if (stopping_) return;
        flush_samples();
        if (phase.kind == PhaseKind::spiking) count_silent_resets();
        present_report().wall_s = MPI_Wtime() - phase_start_wall_s_;
        if (rank_ == 0) progress_.phase_ends(phase, present_report().wall_s);
        position_.within_phase = false;
        position_.step = phase.end;
        ++position_.phase_index;
        if (store_ == nullptr) return;
        std::uint32_t requests = all_requests();
        if (is_last(phase)) {
            // Complete but for its files: only a stop is worth a checkpoint that no extension can
            // use.
            if ((requests & request_stop) == 0) return;
        } else if (experiment_.checkpoint.phase_ends) {
            requests |= request_checkpoint;
        }
        stops_after(requests);
    }

    void count_silent_resets() {
        const auto has_some = [&](const Population& population) {
            return experiment_.resets_silently(population);
        };
        if (std::ranges::none_of(experiment_.populations, has_some)) return;
        std::vector<std::uint64_t> n = executor_.silent_resets();
        MPI_Allreduce(MPI_IN_PLACE, n.data(), static_cast<int>(n.size()), MPI_UINT64_T, MPI_SUM,
                      communicator_);
        for (std::size_t p = 0; p < n.size(); ++p)
            if (has_some(experiment_.populations[p]))
                present_report().silent_resets[experiment_.populations[p].name] = n[p];
    }

    void run_spiking(const Phase& phase) {
        clock_.enter(RunPart::plasticity);
        begin_spiking(phase);
        std::vector<PackedSpike> fired;
        std::vector<PackedSpike> all;
        Step decision = position_.step;
        std::uint32_t requests = 0;
        while (position_.step < phase.end) {
            const Step begin = position_.step;
            if (begin == decision) {
                decision = decisions_.next(phase.begin, phase.end, begin);
                if (decision == phase.end && is_last(phase)) save_for_extension();
            }
            const int steps =
                static_cast<int>(std::min<Step>(executor_.epoch_steps(), phase.end - begin));
            executor_.run_epoch({begin, steps, decision}, arriving_, fired, sampler_);
            exchange_.begin(fired, store_ ? store_->requests(begin + steps) : 0);
            executor_.finish_epoch(sampler_);
            requests |= exchange_.finish(all);
            executor_.schedule(all, begin);
            clock_.enter(RunPart::recording);
            hand_out_spikes(all, begin, steps, present_report());
            hand_out_snapshots(executor_.take_snapshots());
            std::swap(arriving_, all);
            position_.step = begin + steps;
            if (position_.step < decision) continue;
            if (gatherer_.is_full(sampler_)) flush_samples();
            if (position_.step == phase.end) return;
            if (stops_after(std::exchange(requests, 0))) return;
        }
    }

    void begin_spiking(const Phase& phase) {
        for (const Step step : snapshot_steps_within(phase.begin, phase.end))
            if (step >= position_.step) executor_.request_snapshot(step);
        if (position_.within_phase) return;
        position_.within_phase = true;
        executor_.begin_phase(phase.begin);
        arriving_.clear();
    }

    // Piece by piece: conditions do not change within one.
    void run_consolidation(const Phase& phase) {
        clock_.enter(RunPart::consolidation);
        const Step next_sample = position_.within_phase ? position_.step : phase.begin;
        position_.within_phase = true;
        for (Step begin = phase.begin; begin < phase.end;) {
            const Step end = conditions_.next_change_of_consolidation(begin, phase.end);
            // The state of an interrupted run is that at the beginning of the piece of the next
            // sample.
            const bool done = end <= next_sample && end < phase.end;
            if (!done && !consolidate_piece(phase, begin, end)) return;
            begin = end;
        }
    }

    // Returns whether the run goes on.
    bool consolidate_piece(const Phase& phase, Step begin, Step end) {
        const Step every =
            std::max<Step>(1, experiment_.steps_from_s(experiment_.dt_fast_forward_s));
        SampleSteps samples{phase.begin, every, 0, {}};
        if (!sampler_.empty()) {
            samples.n_regular = (end - phase.begin + every - 1) / every;
            if (end == experiment_.duration_steps()) samples.last = end;
        }
        samples = samples.from(std::max({begin, position_.step, sampler_.first()}))
                      .up_to(sampler_.last());
        // However long the phase is, only so many rows are held, and a request waits no longer.
        const auto sampled = [&](std::int64_t n_done) {
            if (!gatherer_.is_full(sampler_)) return true;
            {
                const RunClock::Within recording(clock_, RunPart::recording);
                gatherer_.flush(sampler_, sink_);
            }
            if (n_done == samples.size()) return true;
            position_.step = samples.at(n_done);
            if (rank_ == 0) progress_.epoch_done(position_.step, 0, 0);
            return store_ == nullptr || !stops_after(all_requests());
        };
        std::vector<Snapshot> snapshots;
        if (!executor_.consolidate(begin, end, samples, snapshot_steps_within(begin, end), sampler_,
                                   sampled, snapshots))
            return false;
        hand_out_snapshots(snapshots);
        return true;
    }

    // The last state that a longer run would have too: it may make this phase longer.
    void save_for_extension() {
        if (store_ == nullptr || !experiment_.checkpoint.phase_ends) return;
        if (saved_step_ != position_.step) save_checkpoint();
    }

    // Saves a checkpoint if one is requested, and tells whether the run stops after it.
    bool stops_after(std::uint32_t requests) {
        if (requests == 0) return false;
        save_checkpoint();
        stopping_ = (requests & request_stop) != 0;
        return stopping_;
    }

    std::uint32_t all_requests() {
        const RunClock::Within waiting(clock_, RunPart::waiting);
        std::uint32_t requests = store_->requests(position_.step);
        MPI_Allreduce(MPI_IN_PLACE, &requests, 1, MPI_UINT32_T, MPI_BOR, communicator_);
        return requests;
    }

    void save_checkpoint() {
        const RunClock::Within saving(clock_, RunPart::checkpoints);
        flush_samples();
        if (position_.within_phase) present_report().wall_s = MPI_Wtime() - phase_start_wall_s_;
        SharedState shared;
        const bool spiking = is_spiking(schedule_, position_);
        if (spiking) {
            shared = executor_.shared_state();
            shared.arriving = arriving_;
        }
        position_.reference = executor_.reference();
        saved_step_ = position_.step;
        const LocalState local = executor_.local_state(position_.step, spiking);
        check_weights(local, network_, position_.step, experiment_.dt_ms);
        store_->save(position_, shared, local);
    }

    void flush_samples() {
        const RunClock::Within recording(clock_, RunPart::recording);
        executor_.complete_samples(sampler_);
        gatherer_.flush(sampler_, sink_);
    }

    std::vector<Step> snapshot_steps_within(Step begin, Step end) const {
        std::vector<Step> steps;
        for (const double time_s : experiment_.record.snapshots_s) {
            const Step step = experiment_.steps_from_s(time_s);
            if (begin <= step && step < end) steps.push_back(step);
        }
        return steps;
    }

    void hand_out_spikes(const std::vector<PackedSpike>& spikes, Step begin, int steps,
                         PhaseReport& report) {
        if (rank_ != 0) return;
        std::vector<SpikeEvent> events;
        events.reserve(spikes.size());
        const Populations& populations = experiment_.populations;
        std::vector<std::size_t> counts(populations.n_populations());
        for (const PackedSpike spike : spikes) {
            events.push_back({begin + step_in_epoch(spike), neuron_of(spike)});
            ++counts[populations.index_of(neuron_of(spike))];
        }
        std::size_t n_exc = 0;
        for (std::size_t p = 0; p < counts.size(); ++p) {
            report.spikes[populations[p].name] += counts[p];
            if (populations[p].is_excitatory()) n_exc += counts[p];
        }
        if (!events.empty()) sink_.write_spikes(events);
        progress_.spikes_fired(begin + steps, events);
        progress_.epoch_done(begin + steps, n_exc, spikes.size() - n_exc);
    }

    void hand_out_snapshots(const std::vector<Snapshot>& snapshots) {
        for (const Snapshot& snapshot : snapshots) hand_out(snapshot.view());
    }

    void hand_out(const SnapshotView& snapshot) {
        const RunClock::Within recording(clock_, RunPart::recording);
        check_weights(snapshot, network_, experiment_.dt_ms);
        sink_.write_snapshot(snapshot);
    }

    bool is_last(const Phase& phase) const { return phase.end == schedule_.phases.back().end; }
    PhaseReport& present_report() { return position_.reports.back(); }

    // Of the simulation.
    const Experiment& experiment_;
    const ConditionsCourse& conditions_;
    const Schedule& schedule_;
    const DecisionGrid decisions_;
    MPI_Comm communicator_;
    int rank_;
    const Network& network_;
    Executor& executor_;
    TraceSampler& sampler_;
    TraceGatherer& gatherer_;
    SpikeExchange& exchange_;
    RunClock& clock_;
    RunPosition& position_;
    std::vector<PackedSpike>& arriving_;
    Step& saved_step_;

    ResultSink& sink_;
    ProgressListener& progress_;
    CheckpointStore* store_;
    bool stopping_ = false;
    double phase_start_wall_s_ = 0;  // as if the present phase had not been interrupted
};

RunOutcome Simulation::run(ResultSink& sink, ProgressListener& progress, CheckpointStore* store) {
    return Loop(*this, sink, progress, store).run();
}

LocalState Simulation::begin_initial_state() {
    // A device has the variables only once they have been copied here.
    return executor_->local_state(0, false);
}

void Simulation::finish_initial_state() {
    executor_->restore(0, nullptr);
}

LocalState Simulation::begin_restore(const RunPosition& position) {
    position_ = position;
    return executor_->prepare_restore(position_.step, is_spiking(schedule_, position_));
}

void Simulation::finish_restore(const RunPosition& position, SharedState shared) {
    position_ = position;
    saved_step_ = position.step;
    const bool spiking = is_spiking(schedule_, position);
    executor_->restore(position.reference, spiking ? &shared : nullptr);
    if (spiking) arriving_ = std::move(shared.arriving);
}

}  // namespace engram

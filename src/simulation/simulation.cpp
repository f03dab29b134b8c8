#include "simulation/simulation.hpp"

#include <algorithm>
#include <utility>

#include "experiment/errors.hpp"

namespace engram {

namespace {

int rank_of(MPI_Comm communicator) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}

int size_of(MPI_Comm communicator) {
    int size = 1;
    MPI_Comm_size(communicator, &size);
    return size;
}

// What rank 0 tells all ranks to do next.
struct PhaseCommand {
    enum Kind : std::int64_t { finish = -1 };
    std::int64_t phase_index = finish;
};

PhaseCommand broadcast(PhaseCommand command, MPI_Comm communicator) {
    MPI_Bcast(&command.phase_index, 1, MPI_INT64_T, 0, communicator);
    return command;
}

}  // namespace

Simulation::Simulation(Experiment experiment, MPI_Comm communicator)
    : experiment_(std::move(experiment)),
      schedule_(make_schedule(experiment_)),
      communicator_(communicator),
      rank_(rank_of(communicator)),
      network_(experiment_, *make_wiring(experiment_),
               Partition(experiment_.populations.size(), size_of(communicator)), rank_),
      state_(network_, experiment_.synapses, experiment_.dt_ms),
      spiking_(experiment_, network_, state_),
      consolidation_(experiment_, network_, state_),
      sampler_(network_, experiment_.record),
      gatherer_(communicator, experiment_, sampler_),
      exchange_(std::make_unique<AllGatherExchange>(communicator)) {
    check_recorded_synapses();
}

void Simulation::check_recorded_synapses() const {
    const auto& recorded = experiment_.record.synapses;
    std::vector<int> missing(recorded.size(), 0);
    for (const std::size_t index : sampler_.missing()) missing[index] = 1;
    MPI_Allreduce(MPI_IN_PLACE, missing.data(), static_cast<int>(missing.size()), MPI_INT, MPI_MAX,
                  communicator_);
    std::vector<ConfigProblem> problems;
    for (std::size_t i = 0; i < recorded.size(); ++i)
        if (missing[i] != 0)
            problems.push_back({"", 0, "record.synapses",
                                "there is no synapse from neuron " +
                                    std::to_string(recorded[i].pre) + " to neuron " +
                                    std::to_string(recorded[i].post) +
                                    " in this network (with a random wiring this depends on the "
                                    "seed); choose a pair that is connected"});
    if (!problems.empty()) throw ConfigError(std::move(problems));
}

void Simulation::run(ResultSink& sink, ProgressListener& progress) {
    sink_ = &sink;
    progress_ = &progress;
    const auto n_phases = static_cast<std::int64_t>(schedule_.phases.size());
    for (std::int64_t next = 0;; ++next) {
        const PhaseCommand command = broadcast(
            rank_ == 0 && next < n_phases ? PhaseCommand{next} : PhaseCommand{}, communicator_);
        if (command.phase_index == PhaseCommand::finish) break;
        const Phase& phase = schedule_.phases.at(command.phase_index);
        PhaseReport report{phase};
        if (rank_ == 0) progress.phase_begins(phase);
        const double start = MPI_Wtime();
        if (phase.kind == PhaseKind::spiking)
            run_spiking(phase, report);
        else
            run_consolidation(phase);
        gatherer_.flush(sampler_, sink);
        report.wall_s = MPI_Wtime() - start;
        if (rank_ == 0) progress.phase_ends(phase, report.wall_s);
        reports_.push_back(report);
    }
    take_final_snapshot();
    sink_ = nullptr;
    progress_ = nullptr;
}

void Simulation::run_spiking(const Phase& phase, PhaseReport& report) {
    spiking_.begin_phase(phase.begin);
    for (const Step step : snapshot_steps_within(phase)) spiking_.request_snapshot(step);

    std::vector<PackedSpike> arriving;
    std::vector<PackedSpike> fired;
    std::vector<PackedSpike> all;
    for (Step begin = phase.begin; begin < phase.end; begin += spiking_.epoch_steps()) {
        const int steps =
            static_cast<int>(std::min<Step>(spiking_.epoch_steps(), phase.end - begin));
        spiking_.run_epoch(begin, steps, arriving, fired, sampler_);
        exchange_->exchange(fired, 0, all);
        spiking_.schedule(all, begin);
        hand_out_spikes(all, begin, steps, report);
        hand_out_snapshots(spiking_.take_snapshots());
        if (gatherer_.is_full(sampler_)) gatherer_.flush(sampler_, *sink_);
        std::swap(arriving, all);
    }
}

void Simulation::run_consolidation(const Phase& phase) {
    const Step every = std::max<Step>(1, experiment_.steps_from_s(experiment_.dt_fast_forward_s));
    std::vector<Step> samples;
    if (!sampler_.empty()) {
        for (Step step = phase.begin; step < phase.end; step += every) samples.push_back(step);
        if (phase.end == experiment_.duration_steps()) samples.push_back(phase.end);
    }
    std::vector<Snapshot> snapshots;
    consolidation_.run(phase.begin, phase.end, samples, snapshot_steps_within(phase), sampler_,
                       snapshots);
    hand_out_snapshots(std::move(snapshots));
}

std::vector<Step> Simulation::snapshot_steps_within(const Phase& phase) const {
    std::vector<Step> steps;
    for (const double time_s : experiment_.record.snapshots_s) {
        const Step step = experiment_.steps_from_s(time_s);
        if (phase.begin <= step && step < phase.end) steps.push_back(step);
    }
    return steps;
}

void Simulation::hand_out_spikes(const std::vector<PackedSpike>& spikes, Step begin, int steps,
                                 PhaseReport& report) {
    if (rank_ != 0) return;
    std::vector<SpikeEvent> events;
    events.reserve(spikes.size());
    std::size_t n_exc = 0;
    for (const PackedSpike spike : spikes) {
        events.push_back({begin + step_in_epoch(spike), neuron_of(spike)});
        n_exc += neuron_of(spike) < experiment_.populations.n_exc;
    }
    report.n_exc_spikes += n_exc;
    report.n_inh_spikes += spikes.size() - n_exc;
    if (!events.empty()) sink_->write_spikes(events);
    progress_->epoch_done(begin + steps, n_exc, spikes.size() - n_exc);
}

void Simulation::hand_out_snapshots(std::vector<Snapshot> snapshots) {
    for (const Snapshot& snapshot : snapshots) sink_->write_snapshot(snapshot);
}

void Simulation::take_final_snapshot() {
    const auto& targets = network_.plastic().targets();
    const Step end = experiment_.duration_steps();
    const double relaxation = state_.relaxation(end);
    Snapshot snapshot{end, std::vector<double>(targets.size()),
                      std::vector<double>(targets.size())};
    for (SynapseIndex k = 0; k < targets.size(); ++k) {
        snapshot.h_mV[k] = state_.h_mV(k, relaxation);
        snapshot.z[k] = state_.z(k, targets[k]);
    }
    sink_->write_snapshot(snapshot);
}

}  // namespace engram

#include "cli/trial_runner.hpp"

#include <array>
#include <cstring>
#include <filesystem>

#include "analysis/measure_sink.hpp"
#include "base/collective.hpp"
#include "cli/checkpoint_writer.hpp"
#include "cli/run_summary.hpp"
#include "io/edge_wiring.hpp"
#include "io/record_spool.hpp"
#include "io/summary_file.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::cli {
namespace {

// Stops a trial of which nothing is kept: it will begin anew.
class StopOnly : public CheckpointStore {
  public:
    explicit StopOnly(EnsembleChannel& channel) : channel_(channel) {}
    std::uint32_t requests(Step) override {
        return channel_.stop_requested() ? std::uint32_t{request_stop} : 0;
    }
    void save(const RunPosition&, const SharedState&, const LocalState&) override {}

  private:
    EnsembleChannel& channel_;
};

// Measures that survive an interruption: spikes and traces are read again from the recordings of
// the run; mean weights have one of their own.
class DurableMeasures : public ResultSink {
  public:
    //! \param marks  what belongs to the checkpoint from which the run continues; null: a new run
    DurableMeasures(const Simulation& simulation, const OutputDirectory& directory,
                    const RecordingMarks* marks, MPI_Comm group)
        : sink_(simulation.experiment(), simulation.network(), group), rank_(rank_of(group)) {
        if (marks == nullptr) {
            if (rank_ == 0) weights_.emplace(path(directory), record_bytes, 1);
        } else {
            replay(simulation.experiment(), directory, *marks);
        }
    }

    void write_spikes(std::span<const SpikeEvent> spikes) override { sink_.write_spikes(spikes); }
    void write_traces(std::span<const double> rows, std::size_t n_rows) override {
        sink_.write_traces(rows, n_rows);
    }
    void write_snapshot(const SnapshotView& snapshot) override {
        sink_.write_snapshot(snapshot);
        if (rank_ != 0) return;
        const WeightsRecord record{sink_.snapshots().back(), checksum(sink_.snapshots().back())};
        std::memcpy(weights_->add(), &record, record_bytes);
        weights_->flush();
    }

    const MeasureSink& measures() const { return sink_; }

  private:
    struct WeightsRecord {
        MeanWeights means;
        std::uint64_t checksum = 0;
    };
    static constexpr std::size_t record_bytes = sizeof(WeightsRecord);

    static std::uint64_t checksum(const MeanWeights& means) {
        RecordChecksum sum;
        sum.add(std::as_bytes(std::span(&means, 1)));
        return sum.value();
    }

    static std::string path(const OutputDirectory& directory) {
        return (std::filesystem::path(directory.partial()) / "mean_weights.bin").string();
    }

    void replay(const Experiment& experiment, const OutputDirectory& directory,
                const RecordingMarks& marks) {
        if (rank_ != 0) return;
        const std::string weights = path(directory);
        const RecordMark mark = read_mark(weights, record_bytes, marks.snapshots.size());
        weights_.emplace(weights, record_bytes, 1, mark);
        RecordReader records(weights, record_bytes, mark);
        for (auto bytes = records.next(1); !bytes.empty(); bytes = records.next(1)) {
            WeightsRecord record;
            std::memcpy(&record, bytes.data(), record_bytes);
            if (checksum(record.means) != record.checksum)
                throw FileError(weights,
                                "the mean weights are damaged; remove the directory " +
                                    directory.path().string() +
                                    " and resume the ensemble, which runs this trial anew");
            sink_.restore_snapshot(record.means);
        }
        read_spike_spool(directory.spike_spool(), marks.spikes, experiment.populations.size(),
                         [&](std::span<const SpikeEvent> spikes) { sink_.write_spikes(spikes); });
        const std::size_t n_columns = trace_columns(experiment);
        read_trace_spool(directory.trace_spool(), marks.traces, n_columns,
                         [&](std::span<const double> rows) {
                             sink_.write_traces(rows, rows.size() / n_columns);
                         });
    }

    MeasureSink sink_;
    int rank_;
    std::optional<RecordSpool> weights_;
};

TrialRecord make_record(EnsembleItem item, const Experiment& experiment,
                        const MeasureSink& measures) {
    return {item, measures.values(), experiment.record.synapses, measures.trace_rows()};
}

}  // namespace

std::optional<TrialRecord> TrialRunner::run(EnsembleItem item, ProgressListener& progress) {
    Experiment experiment = ensemble_.experiment(item);
    const auto wiring = open_wiring(experiment);
    // Every rank of the group draws the wiring of the few targets that this looks at.
    ConfigProblems problems("");
    resolve_recorded_synapses(experiment, *wiring, problems);
    problems.throw_if_any();
    return ensemble_.keeps_results()
               ? run_with_files(item, std::move(experiment), *wiring, progress)
               : run_in_memory(item, std::move(experiment), *wiring, progress);
}

std::optional<TrialRecord> TrialRunner::run_in_memory(EnsembleItem item, Experiment experiment,
                                                      const Wiring& wiring,
                                                      ProgressListener& progress) {
    Simulation simulation(std::move(experiment), wiring, group_, make_executor_);
    MeasureSink measures(simulation.experiment(), simulation.network(), group_);
    StopOnly store(channel_);
    if (simulation.run(measures, progress, &store) == RunOutcome::stopped) return std::nullopt;
    return make_record(item, simulation.experiment(), measures);
}

std::optional<TrialRecord> TrialRunner::run_with_files(EnsembleItem item, Experiment experiment,
                                                       const Wiring& wiring,
                                                       ProgressListener& progress) {
    const double start = MPI_Wtime();
    const OutputDirectory directory = directory_.trial(item.point, item.trial);
    experiment.output_directory = directory.path().string();
    int interrupted = 0;
    on_root(group_, [&] {
        interrupted = std::filesystem::exists(directory.partial()) ? 1 : 0;
        if (interrupted == 0) OutputDirectory::prepare(directory.path(), true);
    });
    MPI_Bcast(&interrupted, 1, MPI_INT, 0, group_);
    std::optional<Restored> restored;
    if (interrupted != 0) {
        // Without a usable checkpoint the trial begins anew.
        restored = restore_newest(
                       directory, [&](const std::string&) { return experiment; }, make_executor_,
                       true, group_)
                       .restored;
        if (!restored) on_root(group_, [&] { OutputDirectory::prepare(directory.path(), true); });
    }
    const auto simulation =
        restored ? std::move(restored->simulation)
                 : std::make_unique<Simulation>(experiment, wiring, group_, make_executor_);
    const Experiment& running = simulation->experiment();
    ResultFiles files = restored ? ResultFiles(directory, running, simulation->network(), group_,
                                               restored->recordings)
                                 : ResultFiles(directory, running, simulation->network(), group_);
    DurableMeasures measures(*simulation, directory, restored ? &restored->recordings : nullptr,
                             group_);
    TwoSinks sink(files, measures);
    CheckpointWriter checkpoints(running, simulation->network(), files, simulation->position().step,
                                 group_, true);
    checkpoints.also_stop_if([&] { return channel_.stop_requested(); });
    const double begin = MPI_Wtime();
    if (simulation->run(sink, progress, &checkpoints) == RunOutcome::stopped) return std::nullopt;
    files.finish();
    const auto summary = make_summary(*simulation, begin - start, MPI_Wtime() - begin, group_);
    on_root(group_, [&] {
        write_summary(directory.summary(), summary);
        directory.remove_partial();
    });
    return make_record(item, running, measures.measures());
}

}  // namespace engram::cli

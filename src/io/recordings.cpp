// SPDX-License-Identifier: Apache-2.0
#include "io/recordings.hpp"

#include <filesystem>
#include <functional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/step_time.hpp"
#include "experiment/network_keys.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/mark_log.hpp"
#include "io/record_salvage.hpp"
#include "io/spike_file.hpp"
#include "io/trace_file.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

// What is wrong with a recording, and why its results do not help.
std::string both(const FileError& problem, const FileError& obstacle) {
    return std::string(problem.what()) + "; it cannot be made again (" + obstacle.what() + ")";
}

// Rank 0.
std::string provide_spool(const std::string& path, const RecordMark& mark,
                          const std::string& results, const std::function<void()>& verify,
                          const std::function<RecordMark(const std::string& path)>& rebuild) {
    try {
        verify();
        return "";
    } catch (const FileError& problem) {
        if (problem.fault() == FileFault::environment) throw;
        if (!fs::exists(results)) return problem.what();
        const std::string temporary = temporary_path(path);
        try {
            if (rebuild(temporary) != mark)
                throw FileError(results, "has changed since it was written, or is of another run");
            finish_file(path);
            return "";
        } catch (const FileError& obstacle) {
            std::error_code ignored;
            fs::remove(temporary, ignored);
            if (obstacle.path() != results || obstacle.fault() == FileFault::environment) throw;
            return both(problem, obstacle);
        }
    }
}

std::vector<PlasticProjection> plastic_projections(const Experiment& experiment) {
    const Populations& populations = experiment.populations;
    std::vector<PlasticProjection> plastic;
    for (const Projection& projection : experiment.projections())
        if (projection.plastic)
            plastic.push_back({projection_name(populations, projection),
                               populations[projection.from].first,
                               populations[projection.to].first});
    return plastic;
}

// Collective.
std::string provide_snapshot(const SnapshotPart& part, const std::string& network,
                             const Experiment& experiment, MPI_Comm communicator) {
    try {
        verify_snapshot_part(part, communicator);
        return "";
    } catch (const FileError& problem) {
        if (problem.fault() == FileFault::environment) throw;
        int has_results = 0;
        on_root(communicator, [&] { has_results = fs::exists(network) ? 1 : 0; });
        MPI_Bcast(&has_results, 1, MPI_INT, 0, communicator);
        if (has_results == 0) return problem.what();
        try {
            rebuild_snapshot_part(
                part, network, plastic_projections(experiment), communicator,
                std::span(experiment.populations.begin(), experiment.populations.end()));
            return "";
        } catch (const FileError& obstacle) {
            if (obstacle.path() != network || obstacle.fault() == FileFault::environment) throw;
            return both(problem, obstacle);
        }
    }
}

// Rank 0. What is wrong if the recordings cannot be made again from the results.
std::string problem_of_results(const OutputDirectory& directory) {
    const std::string missing = directory.missing_result();
    if (missing.empty()) return "";
    if (fs::exists(directory.summary()))
        return missing + ": is missing, and the recordings can only be made again from it";
    return directory.partial() + (fs::exists(directory.partial())
                                      ? ": is a file, not the directory of the recordings"
                                      : ": the directory of the recordings is missing");
}

// Rank 0.
std::string provide_spikes(const OutputDirectory& directory, const Experiment& experiment,
                           const RecordMark& mark) {
    const std::string spool = directory.spike_spool();
    return provide_spool(
        spool, mark, directory.spikes(), [&] { verify_spike_spool(spool, mark); },
        [&](const std::string& path) {
            return rebuild_spike_spool(path, directory.spikes(), experiment.populations,
                                       experiment.dt_ms, mark.n_records, mark.gaps);
        });
}

// Rank 0.
std::string provide_traces(const OutputDirectory& directory, const Experiment& experiment,
                           std::size_t recording, const RecordMark& mark) {
    const std::string spool = directory.trace_spool(recording);
    return provide_spool(
        spool, mark, directory.traces(),
        [&] { verify_trace_spool(spool, mark, trace_columns(experiment, recording)); },
        [&](const std::string& path) {
            return rebuild_trace_spool(path, directory.traces(), experiment, recording,
                                       mark.n_records, mark.gaps);
        });
}

SnapshotPart snapshot_part(const OutputDirectory& directory, const std::vector<SnapshotMark>& marks,
                           std::size_t index, const Experiment& experiment) {
    const SnapshotMark& mark = marks[index];
    return {directory.snapshot_part(static_cast<int>(index)),
            step_time_ms(mark.step, experiment.dt_ms) / 1000.0, mark.checksum};
}

// Rank 0. The marks of a run at its earlier checkpoints: those that it has logged, and those of the
// checkpoints that are still there.
std::vector<TimedMarks> earlier_marks(const OutputDirectory& directory,
                                      const CheckpointHeader& header) {
    std::vector<TimedMarks> marks =
        read_mark_log(directory.mark_log(), header.recordings.traces.size());
    for (const std::string& path : list_checkpoints(directory)) {
        try {
            const CheckpointHeader other =
                read_checkpoint_header(h5::File::open(path, h5::Access::read_only));
            // One of another run may share its beginning, but not when its records were made.
            if (other.configuration == header.configuration)
                marks.push_back(
                    {other.position.step, other.recordings.spikes, other.recordings.traces});
        } catch (const FileError& error) {
            if (error.fault() == FileFault::environment) throw;
        }
    }
    return marks;
}

// \param mark_of  the mark of one recording among those of a moment
template <class MarkOf>
std::vector<RecordAnchor> anchors_of(const std::vector<TimedMarks>& marks, const MarkOf& mark_of) {
    std::vector<RecordAnchor> anchors;
    for (const TimedMarks& entry : marks) {
        const RecordMark& mark = mark_of(entry);
        anchors.push_back({entry.step, mark.n_records, mark.checksum});
    }
    return anchors;
}

// Rank 0.
void salvage_spools(const OutputDirectory& directory, const Experiment& experiment,
                    const CheckpointHeader& header, RecordingMarks& marks) {
    const bool has_spikes = provide_spikes(directory, experiment, marks.spikes).empty();
    std::vector<std::size_t> damaged;
    for (std::size_t i = 0; i < marks.traces.size(); ++i)
        if (!provide_traces(directory, experiment, i, marks.traces[i]).empty())
            damaged.push_back(i);
    if (has_spikes && damaged.empty()) return;
    const std::vector<TimedMarks> earlier = earlier_marks(directory, header);
    // All records are of earlier steps, but for the last sample of a complete run.
    const Step step = header.position.step;
    const Step end = step == experiment.duration_steps() ? step + 1 : step;
    if (!has_spikes)
        marks.spikes = salvage_spike_spool(
            directory.spike_spool(), marks.spikes, step,
            anchors_of(earlier, [](const TimedMarks& all) { return all.spikes; }));
    for (const std::size_t i : damaged)
        marks.traces[i] = salvage_trace_spool(
            directory.trace_spool(i), marks.traces[i], end,
            anchors_of(earlier, [i](const TimedMarks& all) { return all.traces.at(i); }),
            trace_columns(experiment, i));
}

}  // namespace

std::vector<SnapshotPart> snapshot_parts(const OutputDirectory& directory,
                                         const std::vector<SnapshotMark>& marks,
                                         const Experiment& experiment) {
    std::vector<SnapshotPart> parts;
    for (std::size_t i = 0; i < marks.size(); ++i)
        if (!marks[i].lost) parts.push_back(snapshot_part(directory, marks, i, experiment));
    return parts;
}

std::string provide_recordings(const OutputDirectory& directory, const Experiment& experiment,
                               const RecordingMarks& marks, MPI_Comm communicator) {
    std::string problem;
    bool is_new = false;  // rank 0: partial/
    on_root(communicator, [&] {
        if (!fs::is_directory(directory.partial())) {
            problem = problem_of_results(directory);
            if (!problem.empty()) return;
            directory.make_partial();
            is_new = true;
        }
        problem = provide_spikes(directory, experiment, marks.spikes);
        for (std::size_t i = 0; i < marks.traces.size() && problem.empty(); ++i)
            problem = provide_traces(directory, experiment, i, marks.traces[i]);
    });
    problem = broadcast_text(std::move(problem), communicator);
    for (const SnapshotPart& part : snapshot_parts(directory, marks.snapshots, experiment)) {
        if (!problem.empty()) break;
        problem = provide_snapshot(part, directory.network(), experiment, communicator);
    }
    // A complete run stays as it was.
    on_root(communicator, [&] {
        if (is_new && !problem.empty()) directory.remove_partial();
    });
    return problem;
}

RecordingMarks salvage_recordings(const OutputDirectory& directory, const Experiment& experiment,
                                  const CheckpointHeader& header, MPI_Comm communicator) {
    RecordingMarks marks = header.recordings;
    on_root(communicator, [&] {
        directory.make_partial();
        salvage_spools(directory, experiment, header, marks);
    });
    for (std::size_t i = 0; i < marks.snapshots.size(); ++i) {
        SnapshotMark& mark = marks.snapshots[i];
        if (mark.lost) continue;
        const SnapshotPart part = snapshot_part(directory, marks.snapshots, i, experiment);
        mark.lost = !provide_snapshot(part, directory.network(), experiment, communicator).empty();
    }
    return marks;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/recordings.hpp"

#include <filesystem>
#include <functional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/step_time.hpp"
#include "experiment/network_keys.hpp"
#include "io/spike_file.hpp"
#include "io/trace_file.hpp"

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
            rebuild_snapshot_part(part, network, plastic_projections(experiment), communicator);
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
    return directory.partial() + ": the directory of the recordings is missing";
}

// Rank 0.
std::string provide_spools(const OutputDirectory& directory, const Experiment& experiment,
                           const RecordingMarks& marks) {
    const std::string spikes = directory.spike_spool();
    std::string problem = provide_spool(
        spikes, marks.spikes, directory.spikes(), [&] { verify_spike_spool(spikes, marks.spikes); },
        [&](const std::string& path) {
            return rebuild_spike_spool(path, directory.spikes(), experiment.populations,
                                       experiment.dt_ms, marks.spikes.n_records);
        });
    if (!problem.empty()) return problem;
    const std::string traces = directory.trace_spool();
    return provide_spool(
        traces, marks.traces, directory.traces(),
        [&] { verify_trace_spool(traces, marks.traces, trace_columns(experiment)); },
        [&](const std::string& path) {
            return rebuild_trace_spool(path, directory.traces(), experiment,
                                       marks.traces.n_records);
        });
}

}  // namespace

std::vector<SnapshotPart> snapshot_parts(const OutputDirectory& directory,
                                         const std::vector<SnapshotMark>& marks,
                                         const Experiment& experiment) {
    std::vector<SnapshotPart> parts;
    for (const SnapshotMark& mark : marks)
        parts.push_back({directory.snapshot_part(static_cast<int>(parts.size())),
                         step_time_ms(mark.step, experiment.dt_ms) / 1000.0, mark.checksum});
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
        problem = provide_spools(directory, experiment, marks);
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

}  // namespace engram

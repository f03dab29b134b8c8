#include "io/recordings.hpp"

#include <filesystem>
#include <functional>

#include "experiment/errors.hpp"
#include "experiment/step_time.hpp"
#include "io/durable.hpp"
#include "io/spike_file.hpp"
#include "io/trace_file.hpp"
#include "network/collective.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

// What is wrong with a recording, and why its results do not help.
[[noreturn]] void fail(const FileError& problem, const std::string& from,
                       const std::string& obstacle) {
    throw FileError(problem.path(), problem.problem() + "; it cannot be made again from " + from +
                                        " (" + obstacle + ")");
}

// Rank 0.
void provide_spool(const std::string& path, const RecordMark& mark, const std::string& results,
                   const std::function<void()>& verify,
                   const std::function<RecordMark(const std::string& path)>& rebuild) {
    try {
        verify();
    } catch (const FileError& problem) {
        if (!fs::exists(results)) throw;
        std::error_code ignored;
        const std::string temporary = temporary_path(path);
        try {
            if (rebuild(temporary) != mark) throw FileError(results, "is of another run");
            finish_file(path);
        } catch (const FileError& obstacle) {
            fs::remove(temporary, ignored);
            fail(problem, results, obstacle.problem());
        }
    }
}

void provide_snapshot(const SnapshotPart& part, const std::string& network, MPI_Comm communicator) {
    try {
        verify_snapshot_part(part, communicator);
    } catch (const SharedFileError& problem) {
        on_root(communicator, [&] {
            if (!fs::exists(network)) throw problem;
        });
        try {
            rebuild_snapshot_part(part, network, communicator);
        } catch (const SharedFileError& obstacle) {
            collectively(communicator, [&] { fail(problem, network, obstacle.problem()); });
        }
    }
}

}  // namespace

std::vector<SnapshotPart> snapshot_parts(const OutputDirectory& directory,
                                         const std::vector<SnapshotMark>& marks,
                                         const Experiment& experiment) {
    std::vector<SnapshotPart> parts;
    for (const SnapshotMark& mark : marks)
        parts.push_back({(fs::path(directory.partial()) / mark.file).string(),
                         step_time_ms(mark.step, experiment.dt_ms) / 1000.0, mark.checksum});
    return parts;
}

void provide_recordings(const OutputDirectory& directory, const Experiment& experiment,
                        const RecordingMarks& marks, MPI_Comm communicator) {
    on_root(communicator, [&] {
        if (!fs::is_directory(directory.partial())) {
            if (!directory.holds_all_results())
                throw FileError(directory.partial(), "the directory of the recordings is missing");
            directory.make_partial();
        }
        const std::string spikes = directory.spike_spool();
        provide_spool(
            spikes, marks.spikes, directory.spikes(),
            [&] { verify_spike_spool(spikes, marks.spikes); },
            [&](const std::string& path) {
                return rebuild_spike_spool(path, directory.spikes(), experiment.populations,
                                           experiment.dt_ms, marks.spikes.n_records);
            });
        const std::string traces = directory.trace_spool();
        provide_spool(
            traces, marks.traces, directory.traces(),
            [&] { verify_trace_spool(traces, marks.traces, trace_columns(experiment.record)); },
            [&](const std::string& path) {
                return rebuild_trace_spool(path, directory.traces(), experiment.record,
                                           marks.traces.n_records);
            });
    });
    for (const SnapshotPart& part : snapshot_parts(directory, marks.snapshots, experiment))
        provide_snapshot(part, directory.network(), communicator);
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "job/restore.hpp"

#include <sstream>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "experiment/configuration.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/checkpoint_validation.hpp"
#include "io/edge_wiring.hpp"
#include "io/recordings.hpp"
#include "io/stimulus_files.hpp"
#include "job/continuation.hpp"
#include "job/feasibility.hpp"
#include "job/input_files.hpp"
#include "job/recording_losses.hpp"

namespace engram::job {
namespace {

// A checkpoint that is damaged, or whose recordings are: an older one may do. On every rank.
struct Unusable {
    std::string reason;
    bool lacks_recordings = false;
};
// A checkpoint that is whole, but not of the run that is wanted. On every rank.
struct Misfit {
    std::string reason;
    bool is_of_another_run = false;  //!< perhaps: it has other values
};

template <class Read>
auto read_or_find_unusable(const Read& read) {
    try {
        return read();
    } catch (const FileError& error) {
        // What the system refuses tells nothing of the checkpoint, which may well be whole.
        if (error.fault() == FileFault::environment) throw;
        throw Unusable{error.what(), false};
    }
}

// Fits the position of a checkpoint into the schedule, which may have become longer.
// \throw ConfigError if a run with this schedule would have reached a different state
RunPosition position_in(const Schedule& schedule, RunPosition position) {
    const auto fail = [] {
        throw ConfigError({{"", 0, "simulation.duration_s",
                            "a run of the new duration differs from this one before its last "
                            "checkpoints, so that it cannot continue from them; keep the "
                            "duration, or start a new run"}});
    };
    for (std::size_t i = 0; i < position.reports.size(); ++i) {
        if (i >= schedule.phases.size()) fail();
        const Phase& phase = schedule.phases[i];
        Phase& reported = position.reports[i].phase;
        const bool completed = static_cast<std::int64_t>(i) < position.phase_index;
        // Within a consolidation the next sample may be that of its end.
        const Step behind = phase.kind == PhaseKind::consolidation ? 1 : 0;
        if (phase.kind != reported.kind || phase.begin != reported.begin ||
            (completed && phase.end != reported.end) ||
            (!completed && phase.end + behind <= position.step))
            fail();
        reported = phase;
    }
    return position;
}

// The experiment to continue with, on every rank.
// \throw Misfit, Unusable
Experiment experiment_for(const CheckpointHeader& header, const std::string& path,
                          const Continuation& continuation, MPI_Comm communicator) {
    std::string text;
    std::string unusable;
    std::string misfit;
    int differs = 0;
    on_root(communicator, [&] {
        try {
            validate_header(header, path);
        } catch (const FileError& error) {
            unusable = error.problem();
            return;
        } catch (const ConfigError& error) {
            misfit = error.what();
            return;
        }
        try {
            const Experiment experiment = continuation(header.configuration);
            position_in(make_schedule(experiment), header.position);
            const int n_ranks = size_of(communicator);
            Partition(experiment.populations.size(), n_ranks);
            // A longer run may be too much for this machine; the results are still untouched.
            require_feasible(make_forecast(experiment, *open_wiring(experiment), n_ranks), n_ranks);
            text = resolved_configuration(experiment);
        } catch (const DifferentRun& error) {
            misfit = error.what();
            differs = 1;
        } catch (const ConfigError& error) {
            misfit = error.what();
        }
    });
    unusable = broadcast_text(std::move(unusable), communicator);
    if (!unusable.empty()) throw Unusable{path + ": " + unusable, false};
    misfit = broadcast_text(std::move(misfit), communicator);
    MPI_Bcast(&differs, 1, MPI_INT, 0, communicator);
    if (!misfit.empty()) throw Misfit{misfit, differs != 0};
    return parse_configuration(broadcast_text(std::move(text), communicator), path);
}

// A FileError is no fault of the checkpoint: an older one must not take its place.
RecordingMarks usable_recordings(const CheckpointHeader& header, const std::string& path,
                                 const OutputDirectory& directory, const Experiment& experiment,
                                 bool salvage, MPI_Comm communicator) {
    if (salvage) return salvage_recordings(directory, experiment, header, communicator);
    const std::string problem =
        provide_recordings(directory, experiment, header.recordings, communicator);
    if (!problem.empty())
        throw Unusable{path + ": its recordings are not usable: " + problem, true};
    return header.recordings;
}

Restored restore(const std::string& path, const OutputDirectory& directory,
                 const Continuation& continuation, const ExecutorFactory& make_executor,
                 bool salvage, MPI_Comm communicator) {
    const CheckpointHeader header = read_or_find_unusable([&] {
        on_root(communicator,
                [&] { require_own_results(h5::File::open(path, h5::Access::read_only)); });
        return read_checkpoint_header(path, communicator);
    });
    Experiment experiment = experiment_for(header, path, continuation, communicator);
    collectively(communicator, [&] { load_stimulus_files(experiment); });
    note_wiring_checksums(experiment, communicator);
    RecordingMarks recordings =
        usable_recordings(header, path, directory, experiment, salvage, communicator);
    Restored restored{std::make_unique<Simulation>(experiment, *open_wiring(experiment),
                                                   communicator, make_executor),
                      std::move(recordings)};
    Simulation& simulation = *restored.simulation;
    const RunPosition position = position_in(simulation.schedule(), header.position);
    const LocalState local = simulation.begin_restore(position);
    read_or_find_unusable([&] {
        SharedState shared = read_checkpoint_state(path, header.checksums, local,
                                                   simulation.network(), communicator);
        validate_state(position, shared, local, experiment, path, communicator);
        simulation.finish_restore(position, std::move(shared));
        validate_weights(simulation.weights(), experiment, path, communicator);
    });
    return restored;
}

std::vector<std::string> checkpoints_everywhere(const OutputDirectory& directory,
                                                MPI_Comm communicator) {
    constexpr char end = '\0';  // a path may hold any other character
    std::string text;
    on_root(communicator, [&] {
        for (const std::string& path : list_checkpoints(directory)) text += path + end;
    });
    std::istringstream lines(broadcast_text(std::move(text), communicator));
    std::vector<std::string> paths;
    for (std::string path; std::getline(lines, path, end);) paths.push_back(path);
    return paths;
}

void warn_of_losses(const RecordingMarks& recordings, const Experiment& experiment) {
    const std::string losses = losses_text(recordings, experiment);
    if (losses.empty()) return;
    warning(
        "damaged recordings are left out of the results: {}; the state is whole, and the run "
        "goes on as if nothing was lost",
        losses);
}

}  // namespace

RestoreOutcome restore_newest(const OutputDirectory& directory, const Continuation& continuation,
                              const ExecutorFactory& make_executor, const RestoreOptions& options,
                              MPI_Comm communicator) {
    const bool speaks = rank_of(communicator) == 0;
    const auto paths = checkpoints_everywhere(directory, communicator);
    std::vector<std::pair<std::string, Misfit>> misfits;
    bool lacks_recordings = false;
    for (const std::string& path : paths) {
        try {
            Restored restored = restore(path, directory, continuation, make_executor,
                                        options.salvage, communicator);
            const Simulation& simulation = *restored.simulation;
            if (speaks) warn_of_losses(restored.recordings, simulation.experiment());
            if (speaks && !options.quiet) {
                for (const auto& [other, misfit] : misfits)
                    print_message(MessageKind::note,
                                  "checkpoint not used: " + one_line(other) + ": " + misfit.reason);
                notice("continuing from {} ({:.10g} s)", path,
                       step_time_ms(simulation.position().step, simulation.experiment().dt_ms) /
                           1000.0);
            }
            return {std::move(restored), true, lacks_recordings};
        } catch (const Unusable& unusable) {
            if (speaks) warning("checkpoint not usable: {}", unusable.reason);
            lacks_recordings = lacks_recordings || unusable.lacks_recordings;
        } catch (const Misfit& misfit) {
            misfits.emplace_back(path, misfit);
        }
    }
    if (!misfits.empty()) {
        const auto& [path, misfit] = misfits.front();
        std::vector<ConfigProblem> problems = {{"", 0, "", misfit.reason}};
        if (misfit.is_of_another_run)
            problems.push_back({"", 0, "",
                                "the conflicting value comes from " + one_line(path) +
                                    "; if that file belongs to another run, move it away"});
        throw as_shared(ConfigError(std::move(problems)));
    }
    return {std::nullopt, !paths.empty(), lacks_recordings};
}

}  // namespace engram::job

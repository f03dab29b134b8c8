// SPDX-License-Identifier: Apache-2.0
#include "job/resume.hpp"

#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/messages.hpp"
#include "experiment/configuration.hpp"
#include "io/own_content.hpp"
#include "job/continuation.hpp"
#include "job/ensemble_job.hpp"
#include "job/executor_choice.hpp"
#include "job/held_directory.hpp"
#include "job/progress_file.hpp"
#include "job/restore.hpp"
#include "job/run.hpp"
#include "job/start.hpp"
#include "job/stop_signal.hpp"

namespace engram::job {
namespace {

namespace fs = std::filesystem;

// What a run that came to its end leaves behind if it is killed in its last moment.
void tidy_up_complete(const OutputDirectory& directory) {
    require_results(directory);
    if (fs::exists(directory.partial())) tidy_up(directory);
}

// Rank 0 decides.
enum class Task : int { nothing, resume_run, extend_run, resume_ensemble };

void require_directory(const OutputDirectory& directory) {
    const fs::path& path = directory.path();
    if (fs::is_directory(path)) return;
    throw FileError(path.string(),
                    fmt::format("{}; give the output directory of a run",
                                fs::exists(path) ? "is not a directory" : "does not exist"));
}

// Its ensemble would not notice that it changes.
void require_no_trial_of_unfinished(const OutputDirectory& directory) {
    std::error_code ignored;
    const fs::path trials = fs::canonical(directory.path(), ignored).parent_path().parent_path();
    const OutputDirectory ensemble(trials.parent_path());
    if (trials.filename() != "trials" || !fs::exists(ensemble.ensemble_config(), ignored)) return;
    throw FileError(directory.path().string(),
                    fmt::format("is a trial of an unfinished ensemble, which goes on with it "
                                "itself: engram resume {}",
                                ensemble.path().string()));
}

Task task_of(const OutputDirectory& directory, const ResumeRequest& request) {
    const bool complete = fs::exists(directory.summary());
    if (holds_ensemble(directory)) {
        if (request.salvage)
            throw UsageError(
                "--salvage is for single runs; a trial of an ensemble whose recordings are damaged "
                "begins anew: resume the ensemble without it");
        require_unchanged_ensemble(directory, request);
        if (!complete) return Task::resume_ensemble;
        tidy_up_complete(directory);
        return Task::nothing;
    }
    if (complete) {
        if (asks_for_extension(directory, request)) return Task::extend_run;
        tidy_up_complete(directory);
        return Task::nothing;
    }
    require_run(directory);
    return Task::resume_run;
}

Task agree_on_task(const OutputDirectory& directory, const ResumeRequest& request,
                   MPI_Comm communicator) {
    int task = 0;
    on_root(communicator, [&] {
        require_own_content(directory.path());
        task = static_cast<int>(task_of(directory, request));
    });
    MPI_Bcast(&task, 1, MPI_INT, 0, communicator);
    return static_cast<Task>(task);
}

// Interrupted before its first checkpoint: nothing is lost by starting over.
JobOutcome start_over(const ResumeRequest& request, const OutputDirectory& directory,
                      MPI_Comm communicator) {
    on_root(communicator, [&] {
        if (directory.missing_result().empty())
            throw FileError(request.directory,
                            fmt::format("holds the results of a run, but no checkpoint to continue "
                                        "from; to replace them: engram run {} --output {} --force",
                                        directory.config(), request.directory));
        if (!request.options.quiet)
            notice("no checkpoint yet in {}; starting from the beginning", request.directory);
    });
    const std::string file =
        request.configuration.empty() ? directory.config() : request.configuration;
    return start({{file, request.overrides, request.directory}, true, request.options},
                 communicator);
}

// Rank 0.
[[noreturn]] void fail_without_checkpoint(const ResumeRequest& request, bool extend,
                                          const RestoreOutcome& outcome) {
    if (!outcome.any_checkpoint)
        throw ConfigError({{"", 0, "simulation.duration_s",
                            "the run in " + request.directory +
                                " is complete and has kept no checkpoint, so it cannot be "
                                "extended; start a new run with the new duration"}});
    throw FileError(
        request.directory,
        "no usable checkpoint; fix the problems listed above (for example restore the files from "
        "a backup), " +
            (outcome.lacks_recordings && !extend
                 ? fmt::format("go on without what is damaged of the recordings: 'engram resume {} "
                               "--salvage', ",
                               request.directory)
                 : std::string()) +
            "or start a new run: " +
            (extend ? std::string("in another directory, since this one is complete")
                    : fmt::format("'engram run CONFIG --output {} --force' replaces this one",
                                  request.directory)));
}

}  // namespace

JobOutcome resume(const ResumeRequest& request, MPI_Comm communicator) {
    const double begin = MPI_Wtime();
    // Restoring much takes a while; what comes meanwhile is obeyed after the first epoch.
    handle_stop_signals();
    const OutputDirectory directory(request.directory);
    on_root(communicator, [&] {
        require_directory(directory);
        require_no_trial_of_unfinished(directory);
    });
    std::optional<HeldDirectory> held(std::in_place, directory, communicator);
    const Task task = agree_on_task(directory, request, communicator);
    if (task == Task::nothing) {
        if (rank_of(communicator) == 0) remove_stale_progress(directory.progress());
        return {JobEnd::nothing_to_do, ""};
    }
    if (task == Task::resume_ensemble) {
        held.reset();
        return resume_ensemble(request, communicator);
    }
    const bool extends = task == Task::extend_run;
    const bool quiet = request.options.quiet;
    const auto make_executor = select_executor(request.options.device, communicator);
    // Before the wanted experiment is known, the usual time.
    std::optional<CommunicationWatch> watch(std::in_place, Experiment().communication_timeout_s,
                                            communicator);
    std::optional<CommunicationWatch::LongStep> restoring(std::in_place, *watch);
    RestoreOutcome outcome = restore_newest(
        directory,
        [&](const std::string& saved) { return continued_experiment(saved, directory, request); },
        // A complete run is not made worse to become longer.
        make_executor, {.salvage = request.salvage && !extends, .quiet = quiet}, communicator);
    std::optional<Restored>& restored = outcome.restored;
    if (!restored) {
        on_root(communicator, [&] {
            if (outcome.any_checkpoint || extends)
                fail_without_checkpoint(request, extends, outcome);
        });
        restoring.reset();
        watch.reset();
        held.reset();
        return start_over(request, directory, communicator);
    }
    // From here on the longer run is what the directory holds: should it be interrupted, resuming
    // continues it.
    if (extends)
        on_root(communicator, [&] {
            write_text_file(directory.config(),
                            resolved_configuration(restored->simulation->experiment()));
            directory.reopen();
        });
    restoring.reset();
    watch.emplace(restored->simulation->experiment().communication_timeout_s, communicator);
    restoring.emplace(*watch);
    Run run(std::move(restored->simulation), directory, restored->recordings,
            {communicator, held->claim(), *watch, quiet});
    restoring.reset();
    return run_to_the_end(run, MPI_Wtime() - begin);
}

}  // namespace engram::job

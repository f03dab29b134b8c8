#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "cli/announced_extension.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/continuation.hpp"
#include "cli/executor_choice.hpp"
#include "cli/restore.hpp"
#include "cli/simulate.hpp"
#include "cli/stop_signal.hpp"

namespace engram::cli {
namespace {

namespace fs = std::filesystem;

// What a run that came to its end leaves behind if it is killed in its last moment.
void tidy_up_complete(const OutputDirectory& directory) {
    require_results(directory);
    if (fs::exists(directory.partial())) directory.remove_partial();
}

// Rank 0 decides.
enum class Task : int { nothing, resume_run, extend_run, resume_ensemble };

void require_directory(const OutputDirectory& directory) {
    const fs::path& path = directory.path();
    if (fs::is_directory(path)) return;
    throw FileError(path.string(), std::string(fs::exists(path) ? "is not a directory"
                                                                : "there is no such "
                                                                  "directory") +
                                       "; give the output directory of a run");
}

Task task_of(const OutputDirectory& directory, const CommandLine& line,
             std::optional<AnnouncedExtension>& announcement) {
    std::error_code error;
    const bool complete = fs::exists(directory.summary(), error);
    if (error)
        throw FileError(directory.path().string(),
                        "cannot be read (" + error.message() + "); change its permissions");
    if (holds_ensemble(directory)) {
        require_unchanged_ensemble(directory, line);
        if (!complete) return Task::resume_ensemble;
        tidy_up_complete(directory);
        return Task::nothing;
    }
    if (complete) {
        if (const auto longer = extension(directory, line)) {
            announcement.emplace(directory, *longer);
            return Task::extend_run;
        }
        tidy_up_complete(directory);
        return Task::nothing;
    }
    require_run(directory);
    return Task::resume_run;
}

Task agree_on_task(const OutputDirectory& directory, const CommandLine& line,
                   std::optional<DirectoryLock>& lock,
                   std::optional<AnnouncedExtension>& announcement, MPI_Comm communicator) {
    int task = 0;
    on_rank_0(communicator, [&] {
        require_directory(directory);
        lock.emplace(directory.path());
        task = static_cast<int>(task_of(directory, line, announcement));
    });
    MPI_Bcast(&task, 1, MPI_INT, 0, communicator);
    return static_cast<Task>(task);
}

// Interrupted before its first checkpoint: nothing is lost by starting over.
ExitCode start_over(const CommandLine& line, const OutputDirectory& directory,
                    MPI_Comm communicator) {
    on_rank_0(communicator, [&] {
        if (directory.missing_result().empty())
            throw FileError(line.argument,
                            "holds the results of a run, but no checkpoint to continue from; if "
                            "they may be replaced: engram run " +
                                directory.config() + " --output " + line.argument + " --force");
    });
    if (rank_of(communicator) == 0 && !line.quiet)
        std::fprintf(stderr, "engram: no checkpoint yet in %s; starting from the beginning\n",
                     line.argument.c_str());
    CommandLine again = line;
    again.argument = line.configuration.empty() ? directory.config() : line.configuration;
    again.output = line.argument;
    again.force = true;
    return run_command(again, communicator);
}

[[noreturn]] void fail_without_checkpoint(const CommandLine& line, bool extend, bool any_checkpoint,
                                          MPI_Comm communicator) {
    on_rank_0(communicator, [&] {
        if (!any_checkpoint)
            throw ConfigError({{"", 0, "simulation.duration_s",
                                "the run in " + line.argument +
                                    " is complete and has kept no checkpoint, so it cannot be "
                                    "extended; start a new run with the new duration"}});
        throw FileError(line.argument,
                        "none of its checkpoints is usable; mend what the warnings above name, "
                        "e.g. from a copy, or start a new run: " +
                            std::string(extend ? "in another directory, since this one is complete"
                                               : "'engram run CONFIG --output " + line.argument +
                                                     " --force' replaces this one"));
    });
    throw ReportedFailure{ExitCode::unusable_file};  // not reached
}

}  // namespace

ExitCode resume_command(const CommandLine& line, MPI_Comm communicator) {
    const double start = MPI_Wtime();
    // Restoring much takes a while; what comes meanwhile is obeyed after the first epoch.
    handle_stop_signals();
    const OutputDirectory directory(line.argument);
    std::optional<DirectoryLock> lock;               // rank 0
    std::optional<AnnouncedExtension> announcement;  // rank 0
    const Task task = agree_on_task(directory, line, lock, announcement, communicator);
    if (task == Task::nothing) {
        if (rank_of(communicator) == 0)
            std::printf("The run in %s is complete; there is nothing to resume%s.\n",
                        line.argument.c_str(),
                        asks_for_changes(line) ? ", and the changes have no effect" : "");
        return ExitCode::done;
    }
    if (task == Task::resume_ensemble) {
        lock.reset();
        return resume_ensemble_command(line, communicator);
    }
    const auto make_executor = select_executor(line.device, communicator, print_notice);
    auto [restored, any_checkpoint] = restore_newest(
        directory,
        [&](const std::string& saved) { return continued_experiment(saved, directory, line); },
        make_executor, line.quiet, communicator);
    if (!restored) {
        if (any_checkpoint || task == Task::extend_run)
            fail_without_checkpoint(line, task == Task::extend_run, any_checkpoint, communicator);
        lock.reset();
        return start_over(line, directory, communicator);
    }
    Simulation& simulation = *restored->simulation;
    if (task == Task::extend_run)
        on_root(communicator, [&] {
            directory.reopen();
            announcement->keep();
        });
    ResultFiles files(directory, simulation.experiment(), simulation.network(), communicator,
                      restored->recordings);
    return simulate(simulation, files, MPI_Wtime() - start, line.quiet, communicator);
}

}  // namespace engram::cli

#include <cstdio>
#include <filesystem>
#include <optional>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/restore.hpp"
#include "cli/simulate.hpp"
#include "cli/stop_signal.hpp"
#include "experiment/config_difference.hpp"
#include "experiment/configuration.hpp"
#include "network/collective.hpp"

namespace engram::cli {
namespace {

bool may_change(const ConfigDifference& difference) {
    return difference.key == "simulation.description" || difference.key == "output.directory" ||
           difference.key.starts_with("checkpoint.");
}

// The configuration to continue with: that of the checkpoint, with the changes that are allowed.
// \throw ConfigError that lists every other change
Experiment continued_experiment(const std::string& saved, const CommandLine& line) {
    const std::string saved_name = "the checkpoint";
    const Experiment before = parse_configuration(saved, saved_name);
    Experiment after = line.configuration.empty()
                           ? parse_configuration(saved, saved_name, line.overrides)
                           : read_configuration(line.configuration, line.overrides);
    after.output_directory = before.output_directory;
    std::vector<ConfigProblem> problems;
    const std::string file = line.configuration.empty() ? "--set" : line.configuration;
    for (const auto& difference : configuration_differences(saved, resolved_configuration(after))) {
        if (may_change(difference)) continue;
        if (difference.key == "simulation.duration_s") {
            if (after.duration_s > before.duration_s) continue;
            problems.push_back({file, 0, difference.key,
                                "can only be extended when a run is resumed (was " +
                                    difference.before + ", is " + difference.after + ")"});
            continue;
        }
        problems.push_back({file, 0, difference.key,
                            "cannot be changed when a run is resumed (was " +
                                (difference.before.empty() ? "absent" : difference.before) +
                                ", is " + (difference.after.empty() ? "absent" : difference.after) +
                                "); undo the change, or start a new run"});
    }
    if (!problems.empty()) throw ConfigError(std::move(problems));
    return after;
}

bool is_complete(const OutputDirectory& directory, MPI_Comm communicator) {
    int complete = 0;
    on_rank_0(communicator, [&] {
        if (!std::filesystem::is_directory(directory.path()))
            throw FileError(directory.path().string(),
                            std::string(std::filesystem::exists(directory.path())
                                            ? "is not a directory"
                                            : "there is no such directory") +
                                "; give the output directory of a run");
        std::error_code error;
        complete = std::filesystem::exists(directory.summary(), error) ? 1 : 0;
        if (error)
            throw FileError(directory.path().string(),
                            "cannot be read (" + error.message() + "); change its permissions");
        if (complete == 0 && !std::filesystem::exists(directory.config()))
            throw FileError(directory.path().string(),
                            "holds no run of Engram (no config.yaml); give the output directory of "
                            "an interrupted run");
    });
    MPI_Bcast(&complete, 1, MPI_INT, 0, communicator);
    return complete != 0;
}

}  // namespace

ExitCode resume_command(const CommandLine& line, MPI_Comm communicator) {
    const double start = MPI_Wtime();
    const bool speaks = rank_of(communicator) == 0;
    const OutputDirectory directory(line.argument);
    if (is_complete(directory, communicator)) {
        if (speaks)
            std::printf("The run in %s is complete; there is nothing to resume.\n",
                        line.argument.c_str());
        return ExitCode::done;
    }
    CommandLine stored = line;
    stored.argument = directory.config();
    stored.overrides.clear();
    if (wants_ensemble(stored, communicator)) return resume_ensemble_command(line, communicator);
    const auto make_executor = device::select_executor(line.device, communicator, print_notice);
    std::optional<DirectoryLock> lock;  // rank 0
    on_rank_0(communicator, [&] { lock.emplace(directory.path()); });
    auto restored = restore_newest(
        directory, [&](const std::string& saved) { return continued_experiment(saved, line); },
        make_executor, line.quiet, communicator);
    if (!restored) {
        // Interrupted before its first checkpoint: nothing is lost by starting over.
        if (speaks && !line.quiet)
            std::fprintf(stderr, "engram: no checkpoint yet in %s; starting from the beginning\n",
                         line.argument.c_str());
        lock.reset();
        CommandLine again = line;
        again.argument = line.configuration.empty() ? directory.config() : line.configuration;
        again.output = line.argument;
        again.force = true;
        return run_command(again, communicator);
    }
    Simulation& simulation = *restored->simulation;
    const StopSignal signals;
    ResultFiles files(directory, simulation.experiment(), simulation.network(), communicator,
                      restored->recordings);
    return simulate(simulation, files, MPI_Wtime() - start, line.quiet, communicator);
}

}  // namespace engram::cli

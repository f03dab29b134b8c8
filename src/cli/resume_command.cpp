#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/simulate.hpp"
#include "cli/stop_signal.hpp"
#include "experiment/config_difference.hpp"
#include "experiment/configuration.hpp"
#include "experiment/step_time.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/checkpoint_file.hpp"
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

// Fits the position of a checkpoint into the schedule, which may have become longer.
// \throw ConfigError if it has become another before that position
RunPosition position_in(const Schedule& schedule, RunPosition position) {
    const auto fail = [] {
        throw ConfigError({{"", 0, "simulation.duration_s",
                            "with the new duration the schedule differs before the checkpoint; "
                            "keep the duration, or start a new run"}});
    };
    for (std::size_t i = 0; i < position.reports.size(); ++i) {
        if (i >= schedule.phases.size()) fail();
        const Phase& phase = schedule.phases[i];
        Phase& reported = position.reports[i].phase;
        const bool completed = static_cast<std::int64_t>(i) < position.phase_index;
        if (phase.kind != reported.kind || phase.begin != reported.begin ||
            (completed && phase.end != reported.end) || (!completed && phase.end <= position.step))
            fail();
        reported = phase;
    }
    return position;
}

// A simulation in the state of a checkpoint.
struct Restored {
    std::unique_ptr<Simulation> simulation;
    RecordingPositions recordings;
};

Restored restore(const std::string& path, const CommandLine& line, MPI_Comm communicator) {
    const CheckpointHeader header = read_checkpoint_header(path, communicator);
    std::string text;
    on_rank_0(communicator, [&] {
        const Experiment experiment = continued_experiment(header.configuration, line);
        position_in(make_schedule(experiment), header.position);
        Partition(experiment.populations.size(), size_of(communicator));
        make_wiring(experiment);
        text = resolved_configuration(experiment);
    });
    Restored restored{
        std::make_unique<Simulation>(
            parse_configuration(broadcast_text(std::move(text), communicator), path), communicator),
        header.recordings};
    Simulation& simulation = *restored.simulation;
    const RunPosition position = position_in(simulation.schedule(), header.position);
    const LocalState local = simulation.begin_restore(position);
    simulation.finish_restore(position, read_checkpoint_state(path, header.checksums, local,
                                                              simulation.network(), communicator));
    return restored;
}

std::vector<std::string> checkpoints_everywhere(const OutputDirectory& directory,
                                                MPI_Comm communicator) {
    std::string text;
    on_rank_0(communicator, [&] {
        for (const std::string& path : list_checkpoints(directory)) text += path + '\n';
    });
    std::istringstream lines(broadcast_text(std::move(text), communicator));
    std::vector<std::string> paths;
    for (std::string line; std::getline(lines, line);) paths.push_back(line);
    return paths;
}

// The newest checkpoint that is whole; none if there is no checkpoint at all.
// \throw SharedFileError if all are damaged
std::optional<Restored> restore_newest(const OutputDirectory& directory, const CommandLine& line,
                                       MPI_Comm communicator) {
    const bool speaks = rank_of(communicator) == 0;
    const auto paths = checkpoints_everywhere(directory, communicator);
    for (const std::string& path : paths) {
        try {
            Restored restored = restore(path, line, communicator);
            if (speaks && !line.quiet)
                std::fprintf(stderr, "engram: continuing from %s (%.10g s)\n", path.c_str(),
                             step_time_ms(restored.simulation->position().step,
                                          restored.simulation->experiment().dt_ms) /
                                 1000.0);
            return restored;
        } catch (const SharedFileError& error) {
            if (speaks)
                std::fprintf(stderr, "engram: warning: checkpoint not usable: %s\n", error.what());
        }
    }
    if (paths.empty()) return std::nullopt;
    throw SharedFileError(
        directory.path().string(),
        "none of its checkpoints is usable; start the run again with 'engram run " +
            directory.config() + " --output " + directory.path().string() + " --force'");
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
        complete = std::filesystem::exists(directory.summary()) ? 1 : 0;
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
    auto restored = restore_newest(directory, line, communicator);
    if (!restored) {
        // Interrupted before its first checkpoint: nothing is lost by starting over.
        if (speaks && !line.quiet)
            std::fprintf(stderr, "engram: no checkpoint yet in %s; starting from the beginning\n",
                         line.argument.c_str());
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

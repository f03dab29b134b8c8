#include "cli/restore.hpp"

#include <cstdio>
#include <sstream>

#include "cli/collective_failure.hpp"
#include "experiment/configuration.hpp"
#include "experiment/step_time.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/edge_wiring.hpp"
#include "network/collective.hpp"

namespace engram::cli {
namespace {

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

Restored restore(const std::string& path, const Continuation& continuation,
                 const ExecutorFactory& make_executor, MPI_Comm communicator) {
    const CheckpointHeader header = read_checkpoint_header(path, communicator);
    std::string text;
    on_rank_0(communicator, [&] {
        const Experiment experiment = continuation(header.configuration);
        position_in(make_schedule(experiment), header.position);
        Partition(experiment.populations.size(), size_of(communicator));
        open_wiring(experiment);
        text = resolved_configuration(experiment);
    });
    const Experiment experiment =
        parse_configuration(broadcast_text(std::move(text), communicator), path);
    Restored restored{std::make_unique<Simulation>(experiment, *open_wiring(experiment),
                                                   communicator, make_executor),
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

}  // namespace

std::optional<Restored> restore_newest(const OutputDirectory& directory,
                                       const Continuation& continuation,
                                       const ExecutorFactory& make_executor, bool quiet,
                                       MPI_Comm communicator) {
    const bool speaks = rank_of(communicator) == 0;
    const auto paths = checkpoints_everywhere(directory, communicator);
    for (const std::string& path : paths) {
        try {
            Restored restored = restore(path, continuation, make_executor, communicator);
            if (speaks && !quiet)
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

}  // namespace engram::cli

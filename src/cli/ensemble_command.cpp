#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/ensemble_networks.hpp"
#include "cli/ensemble_run.hpp"
#include "cli/feasibility.hpp"
#include "io/edge_wiring.hpp"
#include "network/partition.hpp"

namespace engram::cli {
namespace {

// Before anything is written.
void require_ranks(const Ensemble& ensemble, MPI_Comm communicator) {
    const auto n_ranks = static_cast<int>(ensemble.ranks_per_trial());
    const int present = size_of(communicator);
    if (present < n_ranks)
        throw UsageError(
            "ranks_per_trial is " + std::to_string(n_ranks) + ", but there " +
            (present == 1 ? "is 1 rank" : "are " + std::to_string(present) + " ranks") +
            "; start more ranks, or lower ranks_per_trial");
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        const Experiment experiment = ensemble.experiment({point, 0});
        Partition(experiment.populations.size(), n_ranks);
        for (const WiringFile& file : wiring_files(experiment))
            OutputDirectory::require_outside(ensemble.output_directory(), file);
        require_feasible(make_forecast(experiment, *open_wiring(experiment), n_ranks), n_ranks);
    }
}

}  // namespace

bool wants_ensemble(const CommandLine& line, MPI_Comm communicator) {
    int wanted = 0;
    on_rank_0(communicator, [&] {
        wanted = Ensemble::is_wanted(read_config_tree(line.argument, line.overrides)) ? 1 : 0;
    });
    MPI_Bcast(&wanted, 1, MPI_INT, 0, communicator);
    return wanted != 0;
}

Ensemble read_ensemble_everywhere(const CommandLine& line, MPI_Comm communicator) {
    std::string text;
    std::optional<Ensemble> as_written;  // rank 0
    on_rank_0(communicator, [&] {
        ConfigTree tree = read_config_tree(line.argument, line.overrides);
        print_notices(tree);
        as_written.emplace(std::move(tree));
        as_written->set_output_directory(line.output.empty() ? as_written->output_directory()
                                                             : line.output);
        text = as_written->configuration();
    });
    Ensemble ensemble(
        parse_config_tree(broadcast_text(std::move(text), communicator), line.argument));
    check_networks(ensemble, as_written ? &*as_written : nullptr, communicator);
    return ensemble;
}

ExitCode run_ensemble_command(const CommandLine& line, MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble_everywhere(line, communicator);
    on_rank_0(communicator, [&] { require_ranks(ensemble, communicator); });
    TrialTurns turns(ensemble, line.device, line.trials_at_once, communicator);
    std::optional<DirectoryLock> lock;  // rank 0
    on_rank_0(communicator, [&] {
        const auto directory =
            OutputDirectory::prepare(ensemble.output_directory(), line.force, lock);
        write_text_file(directory.ensemble_config(), ensemble.configuration());
        write_text_file(directory.config(), ensemble.configuration());
    });
    return run_ensemble(ensemble, OutputDirectory(ensemble.output_directory()), turns, line.quiet,
                        communicator);
}

ExitCode resume_ensemble_command(const CommandLine& line, MPI_Comm communicator) {
    const OutputDirectory directory(line.argument);
    CommandLine stored = line;
    stored.argument = directory.config();
    stored.output = line.argument;
    std::optional<DirectoryLock> lock;  // rank 0
    on_rank_0(communicator, [&] {
        lock.emplace(directory.path());
        if (!std::filesystem::exists(directory.ensemble_config()))
            throw FileError(directory.ensemble_config(),
                            "is missing, which tells what the finished trials were run with; "
                            "restore the directory from a copy, or begin anew: engram run " +
                                directory.config() + " --output " + line.argument + " --force");
        if (read_text_file(directory.config()) != read_text_file(directory.ensemble_config()))
            throw FileError(directory.config(),
                            "was changed since the ensemble began, so that its trials would be of "
                            "different experiments; restore it from " +
                                directory.ensemble_config() + ", or start another ensemble");
    });
    const Ensemble ensemble = read_ensemble_everywhere(stored, communicator);
    on_rank_0(communicator, [&] { require_ranks(ensemble, communicator); });
    TrialTurns turns(ensemble, line.device, line.trials_at_once, communicator);
    return run_ensemble(ensemble, directory, turns, line.quiet, communicator);
}

}  // namespace engram::cli

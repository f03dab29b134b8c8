#include <cstdio>
#include <optional>

#include "base/collective.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/executor_choice.hpp"
#include "cli/feasibility.hpp"
#include "cli/simulate.hpp"
#include "cli/stop_signal.hpp"

namespace engram::cli {

ExitCode run_command(const CommandLine& line, MPI_Comm communicator) {
    if (wants_ensemble(line, communicator)) return run_ensemble_command(line, communicator);
    const double start = MPI_Wtime();
    const auto make_executor = select_executor(line.device, communicator, print_notice);
    WiredExperiment wired = read_everywhere(line, communicator);
    const Experiment& experiment = wired.experiment;
    // Whatever can be found wrong is found before an existing result is touched.
    on_rank_0(communicator, [&] {
        const int n_ranks = size_of(communicator);
        Partition(experiment.populations.size(), n_ranks);
        for (const WiringFile& file : wiring_files(experiment))
            OutputDirectory::require_outside(experiment.output_directory, file);
        require_feasible(make_forecast(experiment, *wired.wiring, n_ranks), n_ranks);
    });
    Simulation simulation(experiment, *wired.wiring, communicator, make_executor);
    wired.wiring.reset();
    // Until here a signal ends the program at once, since there is nothing to save.
    handle_stop_signals();
    std::optional<DirectoryLock> lock;  // rank 0
    on_rank_0(communicator,
              [&] { OutputDirectory::prepare(experiment.output_directory, line.force, lock); });
    ResultFiles files(OutputDirectory(experiment.output_directory), simulation.experiment(),
                      simulation.network(), communicator);
    if (rank_of(communicator) == 0 && !line.quiet)
        std::fprintf(stderr, "engram: %s on %d rank(s), schedule: %s\n", line.argument.c_str(),
                     size_of(communicator), simulation.schedule().name.c_str());
    return simulate(simulation, files, MPI_Wtime() - start, line.quiet, communicator);
}

}  // namespace engram::cli

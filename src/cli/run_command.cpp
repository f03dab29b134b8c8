#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <optional>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/forecast.hpp"
#include "cli/simulate.hpp"
#include "cli/stop_signal.hpp"
#include "experiment/configuration.hpp"
#include "io/edge_wiring.hpp"
#include "network/collective.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::cli {

void print_notices(const ConfigTree& tree) {
    for (const std::string& notice : tree.notices)
        std::fprintf(stderr, "engram: note: %s\n", notice.c_str());
}

Experiment read_everywhere(const CommandLine& line, MPI_Comm communicator) {
    std::string text;
    on_rank_0(communicator, [&] {
        const ConfigTree tree = read_config_tree(line.argument, line.overrides);
        print_notices(tree);
        Experiment experiment = make_experiment(tree);
        if (!line.output.empty()) experiment.output_directory = line.output;
        // Which synapses exist, only the wiring tells; reading all of it also checks a file.
        const auto wiring = open_wiring(experiment);
        if (experiment.connectivity.file)
            wiring->visit(0, experiment.populations.size(),
                          [](NeuronId, std::span<const NeuronId>) {});
        resolve_recorded_synapses(experiment, *wiring);
        text = resolved_configuration(experiment);
    });
    return parse_configuration(broadcast_text(std::move(text), communicator), line.argument);
}

void require_memory(const Experiment& experiment, int n_ranks) {
    const double need_MB = make_forecast(experiment, n_ranks).memory_per_rank_MB;
    const double have_MB = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                           static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
    if (need_MB <= have_MB) return;
    throw UsageError("each of " + std::to_string(n_ranks) + " rank(s) needs about " +
                     std::to_string(std::llround(need_MB)) + " MB and this machine has " +
                     std::to_string(std::llround(have_MB)) +
                     " MB; use more ranks on more nodes ('engram plan' forecasts the need)");
}

ExitCode run_command(const CommandLine& line, MPI_Comm communicator) {
    if (wants_ensemble(line, communicator)) return run_ensemble_command(line, communicator);
    const double start = MPI_Wtime();
    const auto make_executor = device::select_executor(line.device, communicator, print_notice);
    const Experiment experiment = read_everywhere(line, communicator);
    // Whatever can be found wrong is found before an existing result is touched.
    on_rank_0(communicator, [&] {
        Partition(experiment.populations.size(), size_of(communicator));
        require_memory(experiment, size_of(communicator));
    });
    Simulation simulation(experiment, *open_wiring(experiment), communicator, make_executor);
    // Until here a signal ends the program at once, since there is nothing to save.
    const StopSignal signals;
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

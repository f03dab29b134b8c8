// SPDX-License-Identifier: Apache-2.0
#include "job/start.hpp"

#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "job/ensemble_job.hpp"
#include "job/executor_choice.hpp"
#include "job/feasibility.hpp"
#include "job/read_experiment.hpp"
#include "job/run.hpp"
#include "job/stop_signal.hpp"

namespace engram::job {

JobOutcome start(const RunRequest& request, MPI_Comm communicator) {
    GivenConfiguration given = read_given(request.source, communicator);
    if (given.is_of_ensemble) return start_ensemble(std::move(given), request, communicator);
    const double start = MPI_Wtime();
    const bool quiet = request.options.quiet;
    const auto make_executor = select_executor(request.options.device, communicator);
    WiredExperiment wired = read_experiment(std::move(given), communicator);
    const Experiment& experiment = wired.experiment;
    const int n_ranks = size_of(communicator);
    on_root(communicator, [&] {
        require_possible(experiment, *wired.wiring, experiment.output_directory, n_ranks);
    });
    auto simulation =
        std::make_unique<Simulation>(experiment, *wired.wiring, communicator, make_executor);
    wired.wiring.reset();
    // Until here a signal ends the program at once, since there is nothing to save.
    handle_stop_signals();
    std::optional<DirectoryLock> lock;  // rank 0
    on_root(communicator,
            [&] { OutputDirectory::prepare(experiment.output_directory, request.force, lock); });
    Run run(std::move(simulation), OutputDirectory(experiment.output_directory), std::nullopt,
            quiet, communicator);
    if (rank_of(communicator) == 0 && !quiet)
        notice("{} on {}, schedule: {}", request.source.file, counted(n_ranks, "rank"),
               run.simulation().schedule().name);
    return run_to_the_end(run, MPI_Wtime() - start, quiet, communicator);
}

}  // namespace engram::job

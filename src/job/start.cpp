// SPDX-License-Identifier: Apache-2.0
#include "job/start.hpp"

#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "job/effect_notes.hpp"
#include "job/ensemble_job.hpp"
#include "job/executor_choice.hpp"
#include "job/feasibility.hpp"
#include "job/held_directory.hpp"
#include "job/read_experiment.hpp"
#include "job/run.hpp"
#include "job/stop_signal.hpp"
#include "job/take_initial_state.hpp"

namespace engram::job {

JobOutcome start(const RunRequest& request, MPI_Comm communicator) {
    GivenConfiguration given = read_given(request.source, communicator);
    if (given.is_of_ensemble) return start_ensemble(std::move(given), request, communicator);
    const double start = MPI_Wtime();
    const bool quiet = request.options.quiet;
    const auto make_executor = select_executor(request.options.device, communicator);
    WiredExperiment wired = read_experiment(given, communicator);
    const std::string file = given.tree.file;  // rank 0
    given = {};                                // may be large
    const Experiment& experiment = wired.experiment;
    const int n_ranks = size_of(communicator);
    double files_MB = 0;  // rank 0
    on_root(communicator, [&] {
        files_MB = require_possible(experiment, *wired.wiring, experiment.output_directory, n_ranks)
                       .files_MB;
    });
    CommunicationWatch watch(experiment.communication_timeout_s, communicator);
    std::optional<CommunicationWatch::LongStep> building(std::in_place, watch);
    auto simulation =
        std::make_unique<Simulation>(experiment, *wired.wiring, communicator, make_executor);
    wired.wiring.reset();
    take_initial_state(*simulation, communicator);
    // Until here a signal ends the program at once, since there is nothing to save.
    handle_stop_signals();
    on_root(communicator, [&] { OutputDirectory::make(experiment.output_directory); });
    const OutputDirectory directory(experiment.output_directory);
    const HeldDirectory held(directory, communicator);
    on_root(communicator, [&] { OutputDirectory::prepare(directory.path(), request.force); });
    Run run(std::move(simulation), directory, std::nullopt,
            {communicator, held.claim(), watch, quiet});
    if (rank_of(communicator) == 0 && !quiet) {
        notice("{} on {}, schedule: {}", file, counted(n_ranks, "rank"),
               run.simulation().schedule().name);
        for (const std::string& text : effect_notes(experiment)) note("{}", text);
        held.describe(files_MB);
    }
    building.reset();
    return run_to_the_end(run, MPI_Wtime() - start);
}

}  // namespace engram::job

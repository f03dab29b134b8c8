#include "cli/simulate.hpp"

#include <cstdio>

#include "base/collective.hpp"
#include "base/step_time.hpp"
#include "cli/checkpoint_writer.hpp"
#include "cli/progress_file.hpp"
#include "cli/progress_log.hpp"
#include "cli/run_summary.hpp"
#include "io/summary_file.hpp"

namespace engram::cli {

ExitCode simulate(Simulation& simulation, ResultFiles& files, double setup_s, bool quiet,
                  MPI_Comm communicator) {
    const Experiment& experiment = simulation.experiment();
    const int rank = rank_of(communicator);
    const std::string directory = files.directory().path().string();
    ProgressLog log(experiment, simulation.schedule(), quiet);
    ProgressFile status(files.directory().progress(), experiment, simulation.schedule(),
                        size_of(communicator));
    TwoListeners progress(log, status);
    CheckpointWriter checkpoints(experiment, simulation.network(), files,
                                 simulation.position().step, communicator, quiet);
    checkpoints.notify([&](const std::string& path, double simulated_s) {
        status.checkpoint_saved(path, simulated_s);
    });
    const double start = MPI_Wtime();
    if (simulation.run(files, progress, &checkpoints) == RunOutcome::stopped) {
        if (rank == 0) {
            status.finish("stopped");
            std::fprintf(stderr,
                         "engram: stopped on request at %.10g s after a complete checkpoint; "
                         "continue with: engram resume %s\n",
                         step_time_ms(simulation.position().step, experiment.dt_ms) / 1000.0,
                         directory.c_str());
        }
        return ExitCode::stopped_resumable;
    }
    files.finish();
    const auto summary = make_summary(simulation, setup_s, MPI_Wtime() - start, communicator);
    // The summary marks the run as complete; only then are the recordings no longer needed.
    on_root(communicator, [&] {
        write_summary(files.directory().summary(), summary);
        files.directory().remove_partial();
        status.finish("complete");
    });
    if (rank == 0) std::printf("%s", summary_text(summary, directory).c_str());
    return ExitCode::done;
}

}  // namespace engram::cli

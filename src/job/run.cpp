// SPDX-License-Identifier: Apache-2.0
#include "job/run.hpp"

#include <filesystem>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "io/summary_file.hpp"
#include "job/progress_file.hpp"
#include "job/progress_log.hpp"
#include "job/recording_losses.hpp"
#include "job/run_summary.hpp"
#include "job/runaway_watch.hpp"

namespace engram::job {
namespace {

ResultFiles open_files(const OutputDirectory& directory, const Simulation& simulation,
                       const std::optional<RecordingMarks>& recordings, MPI_Comm communicator) {
    if (recordings)
        return {directory, simulation.experiment(), simulation.network(), communicator,
                *recordings};
    return {directory, simulation.experiment(), simulation.network(), communicator};
}

// What is wrong then is not the file that could not be written.
void throw_if_gone(const OutputDirectory& directory, const FileError& error) {
    std::error_code trouble;
    if (std::filesystem::exists(directory.path(), trouble) || trouble) return;
    FileError gone(directory.path().string(),
                   "the directory was removed or renamed while the run went on, which ends here; "
                   "where it lies now, continue there: engram resume DIR");
    throw error.is_shared() ? as_shared(std::move(gone)) : gone;
}

}  // namespace

Run::Run(std::unique_ptr<Simulation> simulation, const OutputDirectory& directory,
         const std::optional<RecordingMarks>& recordings, const RunContext& context)
    : context_(context),
      simulation_(std::move(simulation)),
      files_(open_files(directory, *simulation_, recordings, context.communicator)),
      checkpoints_(simulation_->experiment(), simulation_->network(), files_,
                   simulation_->position().step, context_) {}

RunOutcome Run::simulate(ProgressListener& progress) {
    const double begin = MPI_Wtime();
    try {
        const RunOutcome outcome = simulation_->run(files_, progress, &checkpoints_);
        run_s_ = MPI_Wtime() - begin;
        return outcome;
    } catch (const FileError& error) {
        throw_if_gone(files_.directory(), error);
        throw;
    }
}

nlohmann::json Run::finish(double setup_s) {
    const double begin = MPI_Wtime();
    simulation_->clock().enter(RunPart::files);
    const CommunicationWatch::LongStep writing(context_.watch);
    on_root(context_.communicator, [&] { context_.claim.require(); });
    const RecordingMarks recordings = files_.finish();
    simulation_->clock().stop();
    nlohmann::json summary =
        make_summary(*simulation_, setup_s, run_s_ + MPI_Wtime() - begin, context_.communicator);
    add_losses(summary, recordings, simulation_->experiment());
    losses_ = losses_text(recordings, simulation_->experiment());
    // Only with the summary are the recordings no longer needed.
    on_root(context_.communicator, [&] {
        write_summary(files_.directory().summary(), summary);
        tidy_up(files_.directory());
    });
    return summary;
}

void tidy_up(const OutputDirectory& directory) {
    try {
        directory.remove_partial();
    } catch (const FileError& error) {
        warning("{}; the results are complete, and it is no longer needed", error.what());
    }
}

JobOutcome run_to_the_end(Run& run, double setup_s) {
    const MPI_Comm communicator = run.context().communicator;
    const Simulation& simulation = run.simulation();
    const Experiment& experiment = simulation.experiment();
    const OutputDirectory& directory = run.files().directory();
    const bool speaks = rank_of(communicator) == 0;
    ProgressLog log(experiment, simulation.schedule(), run.context().quiet);
    ProgressFile status(directory.progress(), experiment, simulation.schedule(),
                        size_of(communicator));
    TwoListeners shown(log, status);
    RunawayWatch runaway(experiment);
    TwoListeners progress(shown, runaway);
    run.checkpoints().notify([&](const std::string& path, double simulated_s) {
        status.checkpoint_saved(path, simulated_s);
    });
    if (run.simulate(progress) == RunOutcome::stopped) {
        if (speaks) {
            status.finish("stopped");
            notice(
                "stopped on request at {:.10g} s after a complete checkpoint; continue with: "
                "engram resume {}",
                step_time_ms(simulation.position().step, experiment.dt_ms) / 1000.0,
                directory.path().string());
        }
        return {JobEnd::stopped, ""};
    }
    const nlohmann::json summary = run.finish(setup_s);
    if (!speaks) return {};
    status.finish("complete");
    if (!run.losses().empty())
        warning(
            "the run is complete, but its results lack {}; see recording_gaps and "
            "lost_snapshots_s in {}",
            run.losses(), directory.summary());
    return {JobEnd::complete, summary_text(summary, directory.path().string())};
}

}  // namespace engram::job

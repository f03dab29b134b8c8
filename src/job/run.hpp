// SPDX-License-Identifier: Apache-2.0
// One run on the ranks of a communicator with its files: a new one, one that continues from a
// checkpoint, or a trial of an ensemble.
#pragma once

#include <mpi.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "io/result_files.hpp"
#include "job/checkpoint_writer.hpp"
#include "job/request.hpp"
#include "job/run_context.hpp"
#include "simulation/simulation.hpp"

namespace engram::job {

class Run {
  public:
    //! Collective.
    //! \param directory   prepared for a new run, or of the run that continues
    //! \param recordings  of the checkpoint that the simulation was restored from; nothing: new
    Run(std::unique_ptr<Simulation> simulation, const OutputDirectory& directory,
        const std::optional<RecordingMarks>& recordings, const RunContext& context);

    const RunContext& context() const { return context_; }
    Simulation& simulation() { return *simulation_; }
    ResultFiles& files() { return files_; }
    CheckpointWriter& checkpoints() { return checkpoints_; }

    //! Collective. To the end, or to a checkpoint behind which a stop is wanted.
    RunOutcome simulate(ProgressListener& progress);
    //! Collective. Of a run that has come to its end: writes the results, and the summary last,
    //! which marks them as complete.
    //! \param setup_s  what the preparation has cost
    //! \return the summary, on rank 0
    nlohmann::json finish(double setup_s);
    //! What the results lack, on rank 0, once they are written; empty: nothing.
    const std::string& losses() const { return losses_; }

  private:
    RunContext context_;
    std::unique_ptr<Simulation> simulation_;
    ResultFiles files_;
    CheckpointWriter checkpoints_;
    double run_s_ = 0;
    std::string losses_;
};

//! Removes what only an unfinished job needs. That this fails is worth a warning.
void tidy_up(const OutputDirectory& directory);

//! Collective. Simulates and finishes, with progress in the log and in progress.json.
JobOutcome run_to_the_end(Run& run, double setup_s);

}  // namespace engram::job

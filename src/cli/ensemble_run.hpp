// Runs the trials of an ensemble side by side, each on a group of ranks.
#pragma once

#include <mpi.h>

#include "base/errors.hpp"
#include "cli/trial_turns.hpp"
#include "experiment/ensemble.hpp"
#include "io/output_directory.hpp"

namespace engram::cli {

//! Collective. Runs the trials that the logs in the prepared directory do not hold yet, and then
//! writes ensemble.h5 and summary.json.
//! \return done or stopped_resumable
//! There must be as many ranks as a trial needs at least. An error of a trial ends all ranks.
ExitCode run_ensemble(const Ensemble& ensemble, const OutputDirectory& directory, TrialTurns& turns,
                      bool quiet, MPI_Comm communicator);

}  // namespace engram::cli

// Runs the trials of an ensemble side by side, each on a group of ranks.
#pragma once

#include <mpi.h>

#include "experiment/ensemble.hpp"
#include "experiment/errors.hpp"
#include "io/output_directory.hpp"
#include "simulation/executor.hpp"

namespace engram::cli {

//! Collective. Runs the trials that the logs in the prepared directory do not hold yet, and then
//! writes ensemble.h5 and summary.json.
//! \return done or stopped_resumable
//! \throw UsageError if there are fewer ranks than a trial needs; errors of single trials end all
//!        ranks
ExitCode run_ensemble(const Ensemble& ensemble, const OutputDirectory& directory,
                      const ExecutorFactory& make_executor, bool quiet, MPI_Comm communicator);

}  // namespace engram::cli

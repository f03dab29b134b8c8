// Runs a prepared simulation to its end or to a requested stop, whether it is new or resumed.
#pragma once

#include <mpi.h>

#include "base/errors.hpp"
#include "io/result_files.hpp"
#include "simulation/simulation.hpp"

namespace engram::cli {

//! Collective. Finishes the result files and prints the summary if the run completes.
//! \param setup_s  what the preparation has cost
//! \return done or stopped_resumable
ExitCode simulate(Simulation& simulation, ResultFiles& files, double setup_s, bool quiet,
                  MPI_Comm communicator);

}  // namespace engram::cli

// The commands of the program. All are collective over the communicator.
#pragma once

#include <mpi.h>

#include "cli/command_line.hpp"
#include "experiment/experiment.hpp"

namespace engram::cli {

//! \throw Error, ReportedFailure
void run_command(const CommandLine& line, MPI_Comm communicator);
void check_command(const CommandLine& line, MPI_Comm communicator);
void plan_command(const CommandLine& line, MPI_Comm communicator);

//! Collective. Rank 0 reads, validates and distributes the configuration.
Experiment read_everywhere(const CommandLine& line, MPI_Comm communicator);

}  // namespace engram::cli

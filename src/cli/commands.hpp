// SPDX-License-Identifier: Apache-2.0
// The commands of the program. All are collective over the communicator.
#pragma once

#include <mpi.h>

#include "base/errors.hpp"
#include "cli/command_line.hpp"

namespace engram::cli {

//! \return the exit code unless it is that of an error
//! \throw Error
ExitCode run_command(const CommandLine& line, MPI_Comm communicator);
ExitCode resume_command(const CommandLine& line, MPI_Comm communicator);
ExitCode check_command(const CommandLine& line, MPI_Comm communicator);
ExitCode plan_command(const CommandLine& line, MPI_Comm communicator);
ExitCode inspect_command(const CommandLine& line, MPI_Comm communicator);
ExitCode import_command(const CommandLine& line, MPI_Comm communicator);

}  // namespace engram::cli

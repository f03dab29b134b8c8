// SPDX-License-Identifier: Apache-2.0
// The commands of the program.
#pragma once

#include <mpi.h>

#include "base/errors.hpp"
#include "cli/command_line.hpp"

namespace engram::cli {

// \return the exit code unless it is that of an error
// \throw Error

//! Collective over the communicator.
ExitCode run_command(const CommandLine& line, MPI_Comm communicator);
ExitCode resume_command(const CommandLine& line, MPI_Comm communicator);

//! Of one process, without MPI.
ExitCode check_command(const CommandLine& line);
ExitCode plan_command(const CommandLine& line);
ExitCode inspect_command(const CommandLine& line);
ExitCode import_command(const CommandLine& line);
ExitCode help_command(const CommandLine& line);
ExitCode version_command();

}  // namespace engram::cli

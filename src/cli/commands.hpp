// The commands of the program. All are collective over the communicator.
#pragma once

#include <mpi.h>

#include <memory>

#include "base/errors.hpp"
#include "cli/command_line.hpp"
#include "experiment/ensemble.hpp"
#include "experiment/experiment.hpp"
#include "network/wiring.hpp"

namespace engram::cli {

//! \return the exit code unless it is that of an error
//! \throw Error, ReportedFailure
ExitCode run_command(const CommandLine& line, MPI_Comm communicator);
ExitCode resume_command(const CommandLine& line, MPI_Comm communicator);
ExitCode check_command(const CommandLine& line, MPI_Comm communicator);
ExitCode plan_command(const CommandLine& line, MPI_Comm communicator);
ExitCode inspect_command(const CommandLine& line, MPI_Comm communicator);
ExitCode import_command(const CommandLine& line, MPI_Comm communicator);

//! Collective. Whether the configuration asks for trials or a sweep.
bool wants_ensemble(const CommandLine& line, MPI_Comm communicator);

//! Collective. Rank 0 reads, validates and distributes the ensemble.
Ensemble read_ensemble_everywhere(const CommandLine& line, MPI_Comm communicator);

//! On standard error: what the user should know about an imported configuration.
void print_notices(const ConfigTree& tree);

//! The same as run and resume for an ensemble.
ExitCode run_ensemble_command(const CommandLine& line, MPI_Comm communicator);
ExitCode resume_ensemble_command(const CommandLine& line, MPI_Comm communicator);

// An experiment and the wiring that it asks for.
struct WiredExperiment {
    Experiment experiment;
    std::unique_ptr<Wiring> wiring;
};

enum class CheckSums { no, yes };

//! Collective. Rank 0 reads, validates and distributes the configuration; all ranks open the wiring
//! and check it.
//! \param check_sums  whether inputs that exceed the range of sums are problems
WiredExperiment read_everywhere(const CommandLine& line, MPI_Comm communicator,
                                CheckSums check_sums = CheckSums::yes);

}  // namespace engram::cli

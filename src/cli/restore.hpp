// Brings a simulation into the state of a checkpoint.
#pragma once

#include <mpi.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "io/checkpoint_file.hpp"
#include "io/output_directory.hpp"
#include "simulation/simulation.hpp"

namespace engram::cli {

struct Restored {
    std::unique_ptr<Simulation> simulation;
    RecordingPositions recordings;
};

//! The experiment to continue with, from the configuration in the checkpoint. Called by rank 0.
using Continuation = std::function<Experiment(const std::string& saved)>;

//! Collective. Restores, to be continued by an executor, from the newest checkpoint that is whole;
//! none if there is no checkpoint. A damaged one is reported on standard error. \throw
//! SharedFileError if all are damaged; what the continuation throws, as ReportedFailure
std::optional<Restored> restore_newest(const OutputDirectory& directory,
                                       const Continuation& continuation,
                                       const ExecutorFactory& make_executor, bool quiet,
                                       MPI_Comm communicator);

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
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

namespace engram::job {

struct Restored {
    std::unique_ptr<Simulation> simulation;
    RecordingMarks recordings;
};

struct RestoreOutcome {
    std::optional<Restored> restored;
    bool any_checkpoint = false;    //!< restored or not
    bool lacks_recordings = false;  //!< of a checkpoint that was not restored for this reason
};

struct RestoreOptions {
    bool salvage = false;  //!< restore whatever was recorded is damaged; it is marked as lost
    bool quiet = false;
};

//! The experiment to continue with, from the configuration in the checkpoint. Called by rank 0.
using Continuation = std::function<Experiment(const std::string& saved)>;

//! Collective. Restores, to be continued by an executor, from the newest checkpoint that is whole,
//! has its recordings, and fits the continuation: a run of that configuration would have reached
//! its state. Those that are damaged or lack recordings are reported on standard error. So is what
//! the restored run has lost.
//! \throw ConfigError if the only obstacle is one of the continuation or the schedule; FileError if
//!        the system refuses to read something, or recordings cannot be written. Both on every
//!        rank.
RestoreOutcome restore_newest(const OutputDirectory& directory, const Continuation& continuation,
                              const ExecutorFactory& make_executor, const RestoreOptions& options,
                              MPI_Comm communicator);

}  // namespace engram::job

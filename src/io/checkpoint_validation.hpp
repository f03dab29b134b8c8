// SPDX-License-Identifier: Apache-2.0
// Whether a checkpoint can come from a run of its configuration. Checksums tell that it is as it
// was written; this tells that a simulation may take it over, whoever wrote it.
#pragma once

#include <mpi.h>

#include <string>

#include "io/checkpoint_file.hpp"
#include "simulation/snapshot.hpp"

namespace engram {

//! The position, recordings and configuration of a header.
//! \param path  of the checkpoint, for messages
//! \throw FileError if a run would not have come there; ConfigError if the configuration is none
void validate_header(const CheckpointHeader& header, const std::string& path);

//! The step of which the state of a checkpoint is: within a consolidation, that at which conditions
//! have last changed.
//! \pre the position is one of a run of the experiment; see validate_header
Step state_step(const RunPosition& position, const Experiment& experiment);

//! Collective. The state as it was read, before a simulation takes it over.
//! \throw FileError on every rank if a value is impossible
void validate_state(const RunPosition& position, const SharedState& shared, const LocalState& local,
                    const Experiment& experiment, const std::string& path, MPI_Comm communicator);

//! Collective. The weights that follow from the state, once a simulation has taken it over.
//! \throw FileError on every rank if one is impossible
void validate_weights(const SnapshotView& weights, const Experiment& experiment,
                      const std::string& path, MPI_Comm communicator);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// checkpoint-<step>.h5: the complete state of a run in global order, with checksums throughout.
#pragma once

#include <mpi.h>

#include <string>
#include <vector>

#include "io/content_checksum.hpp"
#include "io/recording_marks.hpp"
#include "io/synapse_order.hpp"
#include "network/network.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

inline const std::string checkpoint_filetype = "engram checkpoint";

// The small part of a checkpoint.
struct CheckpointHeader {
    RunPosition position;
    RecordingMarks recordings;
    std::string configuration;  //!< resolved
    Checksums checksums;        //!< of all datasets but the header; filled in on writing
};

//! Collective. Writes a checkpoint durably: until the whole of it is on the disk, nothing of that
//! name exists or is changed.
//! \param order  of the plastic synapses of this network
//! \throw FileError on every rank
void write_checkpoint(const std::string& path, const CheckpointHeader& header,
                      const SharedState& shared, const LocalState& local, const Network& network,
                      const SynapseOrder& order, MPI_Comm communicator);

//! Whoever goes on with the run must compute what it would have; a state to begin with may be any.
//! \throw FileError if the checkpoint is of results of another version
void require_own_results(const h5::File& file);

//! The header of an open checkpoint, verified.
CheckpointHeader read_checkpoint_header(const h5::File& file);

//! Collective. Rank 0 reads the header for all.
//! \throw FileError on every rank if the file is absent, foreign, damaged, or of another version
CheckpointHeader read_checkpoint_header(const std::string& path, MPI_Comm communicator);

//! Collective. Fills the views of a simulation that was built from the same network.
//! \throw FileError on every rank if any value is damaged or does not fit the network
SharedState read_checkpoint_state(const std::string& path, const Checksums& checksums,
                                  const LocalState& local, const Network& network,
                                  MPI_Comm communicator);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// The recordings of an unfinished run as a whole.
#pragma once

#include <mpi.h>

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "io/checkpoint_file.hpp"
#include "io/output_directory.hpp"
#include "io/recording_marks.hpp"
#include "io/snapshot_file.hpp"

namespace engram {

//! Where the snapshots of some marks lie, but for lost ones.
std::vector<SnapshotPart> snapshot_parts(const OutputDirectory& directory,
                                         const std::vector<SnapshotMark>& marks,
                                         const Experiment& experiment);

//! Collective. Sees to it that partial/ holds what belongs to a checkpoint: reads all of it, and
//! makes what is missing or damaged again from the results of a run that was complete already, if
//! they are there. What cannot be provided stays as it is: an older checkpoint may need less of it.
//! \return what is wrong with the first recording that cannot be provided; empty: all are there
//! \throw FileError on every rank if one could be made again, but not be written
std::string provide_recordings(const OutputDirectory& directory, const Experiment& experiment,
                               const RecordingMarks& marks, MPI_Comm communicator);

//! Collective. The same for an unfinished run that shall go on whatever is lost: what cannot be
//! provided, and cannot be proven sound piece by piece, is marked as lost.
//! \return the recordings of the checkpoint; complete on rank 0, snapshots on every rank
//! \throw FileError on every rank if the system refuses to read or write something
RecordingMarks salvage_recordings(const OutputDirectory& directory, const Experiment& experiment,
                                  const CheckpointHeader& header, MPI_Comm communicator);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mpi.h>

#include "io/directory_lock.hpp"
#include "job/communication_watch.hpp"

namespace engram::job {

// What a run shares with the job that it is, or is a part of. All must outlive it.
struct RunContext {
    MPI_Comm communicator;        //!< of the ranks that share the run
    const DirectoryClaim& claim;  //!< on the directory, or on that of the ensemble; asked before
                                  //!< what is there is replaced
    CommunicationWatch& watch;
    bool quiet = false;
};

}  // namespace engram::job

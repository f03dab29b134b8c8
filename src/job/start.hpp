// SPDX-License-Identifier: Apache-2.0
// Begins a run or an ensemble.
#pragma once

#include <mpi.h>

#include "job/request.hpp"

namespace engram::job {

//! Collective. Whatever can be found wrong is found before an existing result is touched.
//! \throw Error
JobOutcome start(const RunRequest& request, MPI_Comm communicator);

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
// Continues what a directory holds: an interrupted run or ensemble, or a complete run that is to
// become longer.
#pragma once

#include <mpi.h>

#include "job/request.hpp"

namespace engram::job {

//! Collective.
//! \throw Error
JobOutcome resume(const ResumeRequest& request, MPI_Comm communicator);

}  // namespace engram::job

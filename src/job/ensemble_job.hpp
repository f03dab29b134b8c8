// SPDX-License-Identifier: Apache-2.0
// Begins or continues an ensemble of trials.
#pragma once

#include <mpi.h>

#include "job/read_experiment.hpp"
#include "job/request.hpp"

namespace engram::job {

//! Collective; as start and resume.
JobOutcome start_ensemble(GivenConfiguration given, const RunRequest& request,
                          MPI_Comm communicator);
JobOutcome resume_ensemble(const ResumeRequest& request, MPI_Comm communicator);

}  // namespace engram::job

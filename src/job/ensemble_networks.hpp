// SPDX-License-Identifier: Apache-2.0
// Checks the networks of an ensemble before any of it runs.
#pragma once

#include <mpi.h>

#include "experiment/ensemble.hpp"

namespace engram::job {

//! Collective. Checks the wiring of each point, the range of its sums, and whether the recorded
//! synapses exist in the networks of the trials, the first thousands of which it draws.
//! \param as_written  of rank 0: the same ensemble with the places where it was written
//! \throw FileError; ConfigError with every problem; both on every rank
void check_networks(const Ensemble& ensemble, const Ensemble* as_written, MPI_Comm communicator);

}  // namespace engram::job

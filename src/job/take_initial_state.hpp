// SPDX-License-Identifier: Apache-2.0
// Gives a simulation the state of another run to begin with.
#pragma once

#include <mpi.h>

#include "simulation/simulation.hpp"

namespace engram::job {

//! Collective. Does nothing if the experiment asks for no other state.
//! \param simulation  that has not begun
//! \throw as find_state; FileError if the state cannot be one of this model; ConfigError if a
//!        plastic synapse has no match in it; all on every rank
void take_initial_state(Simulation& simulation, MPI_Comm communicator);

}  // namespace engram::job

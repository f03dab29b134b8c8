// SPDX-License-Identifier: Apache-2.0
// Whether the weights of plastic synapses are numbers that can be computed with.
#pragma once

#include "network/network.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/snapshot.hpp"

namespace engram {

//! \throw NumericalError if a weight of this rank is not a finite number, or beyond the range of
//!        sums over synapses
void check_weights(const SnapshotView& weights, const Network& network, double dt_ms);

//! The same of the state that a checkpoint stores at a step.
void check_weights(const LocalState& state, const Network& network, Step step, double dt_ms);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Random and stipulated weights at the beginning of a run:
//   h = h_0 exp(h_sigma N),  z = (z_max / 2) (exp(z_sigma N') - 1),
// with normal numbers N, N' that depend on the seed of the network and on the two neurons alone;
// z is kept within [z_min, z_max]. Stipulated weights take the place of these.
#pragma once

#include "experiment/experiment.hpp"
#include "network/network.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

//! Writes the weights that an experiment asks for through the views of begin_initial_state.
//! \throw ConfigError if they are more than can be computed with
void set_initial_weights(const LocalState& local, const Network& network,
                         const Experiment& experiment);

}  // namespace engram

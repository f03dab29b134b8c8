// SPDX-License-Identifier: Apache-2.0
// The network as configured: populations and the projections between them, in either form.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Reads the sections `populations`, `connectivity` and `projections`: the published network
//! (n_exc, n_inh, connectivity), or named populations and projections. What a population does not
//! say of its neurons is that of the experiment, which must have been read before, as its
//! initial_state: where that names a run, what is not wired here is wired as there.
void read_network(ConfigReader& root, Experiment& experiment);

}  // namespace engram

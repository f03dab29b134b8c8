// SPDX-License-Identifier: Apache-2.0
// What a run begins with, as configured: the state of another run, or weights of its own.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Reads the section `initial_state`; does not look at what it names.
InitialState read_initial_state(ConfigReader reader);

//! Reads the section `initial_weights`.
InitialWeights read_initial_weights(ConfigReader reader, const Groups& groups,
                                    const Populations& populations);

}  // namespace engram

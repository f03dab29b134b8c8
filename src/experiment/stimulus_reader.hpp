// SPDX-License-Identifier: Apache-2.0
// Stimuli as configured.
#pragma once

#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Reads the section `stimuli`, in the order of the file. `groups` must hold every known group.
std::vector<Stimulus> read_stimuli(ConfigReader reader, const Populations& populations,
                                   const Groups& groups);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// What to record, as configured.
#pragma once

#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Reads the section `record`. Whether the recorded synapses exist, only the network can tell.
Recording read_recording(ConfigReader reader, const Populations& populations, const Groups& groups);

}  // namespace engram

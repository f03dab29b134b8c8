// SPDX-License-Identifier: Apache-2.0
// Named intervals as configured: neuromodulation, changes of the background, pauses of plasticity,
// spiking windows.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Reads their sections, each in the order of the file.
//! \param root  at the root of the configuration
void read_intervals(ConfigReader& root, Experiment& experiment);

}  // namespace engram

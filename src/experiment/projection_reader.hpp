// SPDX-License-Identifier: Apache-2.0
// Projections between named populations, as configured.
#pragma once

#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/populations.hpp"

namespace engram {

//! Reads the section `projections`, in the order of the file.
std::vector<Projection> read_projections(ConfigReader reader, const Populations& populations);

}  // namespace engram

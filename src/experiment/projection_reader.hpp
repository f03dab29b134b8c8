// SPDX-License-Identifier: Apache-2.0
// Projections between named populations, as configured.
#pragma once

#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/populations.hpp"

namespace engram {

//! Reads the section `projections`, in the order of the file.
//! \param has_source  whether a projection may leave its wiring to the run whose state is taken
//! over
std::vector<Projection> read_projections(ConfigReader reader, const Populations& populations,
                                         bool has_source);

}  // namespace engram

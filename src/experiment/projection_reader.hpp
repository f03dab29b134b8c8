// Projections between named populations, as configured.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/populations.hpp"

namespace engram {

//! Reads the section `projections`, in the order of the file.
//! \param base_directory  of relative paths
std::vector<Projection> read_projections(ConfigReader reader, const Populations& populations,
                                         const std::string& base_directory);

}  // namespace engram

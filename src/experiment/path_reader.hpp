// Paths of files as configured.
#pragma once

#include <optional>
#include <string>

#include "experiment/config_reader.hpp"

namespace engram {

//! A path, made absolute; nothing if the key is absent, null, or has a problem.
//! \param base_directory  of relative paths
std::optional<std::string> read_path(ConfigReader& reader, const std::string& key,
                                     const std::string& base_directory);

}  // namespace engram

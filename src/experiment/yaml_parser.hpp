// SPDX-License-Identifier: Apache-2.0
// YAML text to a tree. Accepted is what the tools of Python read as well, but for tags.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

//! The document of a file; keys that occur twice and the like are added to `problems`.
//! \throw ConfigError at a syntax error
ConfigNode parse_yaml(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems);

//! A value from elsewhere.
//! \param path  key of the value
ConfigNode parse_yaml_value(const std::string& text, const Place& place, const std::string& path,
                            std::vector<ConfigProblem>& problems);

}  // namespace engram

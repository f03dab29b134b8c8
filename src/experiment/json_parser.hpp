// SPDX-License-Identifier: Apache-2.0
// JSON text to a tree.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

//! Texts are quoted scalars, numbers and truth values others. Keys that occur twice and the like
//! are added to `problems`.
//! \throw ConfigError at a syntax error
ConfigNode parse_json(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems);

}  // namespace engram

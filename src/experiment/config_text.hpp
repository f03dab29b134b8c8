// SPDX-License-Identifier: Apache-2.0
// A configuration tree as YAML text.
#pragma once

#include <string>

#include "experiment/config_tree.hpp"

namespace engram {

//! Parsing the text gives an equal tree, except for the places; comments are not kept.
std::string config_text(const ConfigNode& node);

//! The same on one line: 100, [1, 2] or {first: 0, count: 100}.
std::string inline_text(const ConfigNode& node);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Reads the JSON configurations of the published program arbor_network_consolidation.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

struct ArborImport {
    ConfigNode root;                   //!< the equivalent configuration of Engram
    std::vector<std::string> notices;  //!< what has no equivalent, or was completed
};

//! \param path  of the text; a connectivity file is searched in its directory and in the present
//! one \throw ConfigError with every problem if the text is no such configuration
ArborImport import_arbor_configuration(const std::string& text, const std::string& path);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Which keys differ between two resolved configurations.
#pragma once

#include <string>
#include <vector>

namespace engram {

struct ConfigDifference {
    std::string key;     //!< e.g. "groups.assembly.count"
    std::string before;  //!< value as YAML text; empty if the key is absent
    std::string after;
};

//! \param before, after  texts as resolved_configuration() gives them
std::vector<ConfigDifference> configuration_differences(const std::string& before,
                                                        const std::string& after);

}  // namespace engram

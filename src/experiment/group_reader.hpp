// SPDX-License-Identifier: Apache-2.0
// Groups of neurons as configured, resolved to ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"
#include "experiment/known_populations.hpp"

namespace engram {

//! Reads the section `groups`: the built-in groups, then the configured ones in their order.
//! A group with a problem, or one that follows from a wrong value elsewhere, has no ids, but is
//! listed, so that references to it are understood.
Groups read_groups(ConfigReader reader, const Populations& populations, std::uint64_t seed);

//! Whether a group is that of a population, or `all`.
bool is_built_in(const std::string& group, const Populations& populations);

//! The group of that name; null, with a problem noted for the key, if there is none.
const Group* find_group(const Groups& groups, const std::string& name, const std::string& key,
                        ConfigProblems& problems);

//! Whether a name can be a key of a configuration, of --set, and of a file's group.
bool is_valid_name(const std::string& name);

inline constexpr const char* valid_name_rule =
    "is not a valid name (letters, digits, '_' and '-'; no '-' at the beginning)";

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// A configuration as a tree of nodes that know where they were written: in a file or an override.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/errors.hpp"

namespace engram {

// Where a value was written; line is 0 where there are no lines.
struct Place {
    std::string file;
    int line = 0;
};

// A YAML node, detached from the YAML library.
struct ConfigNode {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    Place place;
    std::string text;               //!< of a scalar
    bool quoted = false;            //!< a scalar that is text even if it looks like a number
    std::vector<std::string> keys;  //!< of a map, in the order of the file; changed by add, remove
    std::vector<ConfigNode> children;                      //!< values of a map, items of a list
    std::unordered_map<std::string, std::size_t> indices;  //!< of the keys

    //! Value of a key of a map; null if there is none.
    const ConfigNode* find(const std::string& key) const;
    ConfigNode* find(const std::string& key);
    //! Adds a key to a map. \pre it has none of that name
    ConfigNode& add(const std::string& key, ConfigNode value);
    //! Takes a key out of a map; false if there is none.
    bool remove(const std::string& key);
    //! Short text of the value for messages.
    std::string description() const;
};

//! Parses YAML text; keys that occur twice and the like are added to `problems`.
//! \throw ConfigError at a syntax error
ConfigNode parse_yaml(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems);

//! Replaces the value of the key "a.b.c", makes the maps on the way to it where they are missing.
void set_value(ConfigNode& root, const std::string& key, ConfigNode value);

//! Applies "a.b.c=value".
void apply_override(ConfigNode& root, const std::string& override_text,
                    std::vector<ConfigProblem>& problems);

}  // namespace engram

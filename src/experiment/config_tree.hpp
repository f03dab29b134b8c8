// SPDX-License-Identifier: Apache-2.0
// A configuration as a tree of nodes that know where they were written: in a file or an override.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/errors.hpp"

namespace engram {

// Where a value was written. The nodes of a file share its name.
class Place {
  public:
    Place() = default;
    //! \param line  0 where there are no lines
    Place(std::string file, int line)
        : file_(std::make_shared<const std::string>(std::move(file))), line_(line) {}

    std::string file() const { return file_ == nullptr ? std::string() : *file_; }
    int line() const { return line_; }
    //! Another line of the same file.
    Place at_line(int line) const {
        Place place = *this;
        place.line_ = line;
        return place;
    }

  private:
    std::shared_ptr<const std::string> file_;
    int line_ = 0;
};

// A node of YAML or JSON, detached from their libraries. There may be millions of them.
struct ConfigNode {
    enum class Kind : unsigned char { null, scalar, list, map };
    using Index = std::unordered_map<std::string, std::size_t>;

    Place place;
    Kind kind = Kind::null;
    bool quoted = false;            //!< a scalar that is text even if it looks like a number
    std::string text;               //!< of a scalar
    std::vector<std::string> keys;  //!< of a map, in the order of the file; changed by add, remove
    std::vector<ConfigNode> children;    //!< values of a map, items of a list
    std::shared_ptr<const Index> index;  //!< of the keys, where these are many

    static ConfigNode empty(Kind kind, const Place& place);
    static ConfigNode scalar(std::string text, bool quoted, const Place& place);

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

//! Replaces the value of the key "a.b.c", makes the maps on the way to it where they are missing.
void set_value(ConfigNode& root, const std::string& key, ConfigNode value);
//! Null if there is no key "a.b.c".
const ConfigNode* find_value(const ConfigNode& root, const std::string& key);
//! Takes the key "a.b.c" away; false if there is none.
bool remove_value(ConfigNode& root, const std::string& key);

//! Applies "a.b.c=value"; the value is YAML.
void apply_override(ConfigNode& root, const std::string& override_text,
                    std::vector<ConfigProblem>& problems);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Makes a tree of what a parser of YAML or JSON reads, within bounds: a small file must not become
// a large tree. Notes what these languages let pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

//! Of a configuration, written out: with what aliases stand for.
inline constexpr std::size_t most_config_bytes = 64 << 20;

// Every function may throw a ConfigError, with the problems so far, where it is no use to go on.
class TreeBuilder {
  public:
    //! \param place  of the text; its line is 0 if it has no lines
    //! \param path  of the root, e.g. the key of an override
    //! \param problems  must outlive it
    TreeBuilder(Place place, std::string path, std::vector<ConfigProblem>& problems);

    //! Where the next event was written, from 1.
    void move_to(int line, int column);

    //! \param anchor  name by which an alias repeats it, or empty
    void null(const std::string& anchor = "");
    void scalar(std::string text, bool quoted, const std::string& anchor = "");
    void alias(const std::string& name);
    //! \param kind  list or map; the values, or keys and values in turn, follow
    void begin(ConfigNode::Kind kind, const std::string& anchor = "");
    void end();

    ConfigNode take_root() { return std::move(root_); }
    //! Ends the reading with a problem of the value that comes next.
    [[noreturn]] void fail(const std::string& message);

  private:
    // A list or map of which not all is read.
    struct Open {
        ConfigNode node;
        std::string anchor;
        bool has_key = false;     // of a map: the next node is the value of `key`
        bool is_dropped = false;  // that value
        std::string key;
        Place key_place;
    };
    // How much there is of a value.
    struct Extent {
        std::size_t n_values = 0;
        std::size_t n_bytes = 0;
        int height = 0;
    };
    struct Anchored {
        ConfigNode node;
        Extent extent;
    };

    static Extent extent_of(const ConfigNode& node);
    int depth() const { return static_cast<int>(open_.size()); }
    Place here() const;
    std::string path() const;
    void add_problem(const Place& place, const std::string& key, const std::string& message);
    void check_text(const std::string& text, const Place& place);
    void count(const Extent& extent);
    void put(ConfigNode node, const std::string& anchor);
    void take_key(Open& map, const ConfigNode& key);

    Place place_;
    int line_ = 0;
    int column_ = 0;
    std::string path_;
    std::vector<ConfigProblem>& problems_;
    std::vector<Open> open_;  // from the outermost
    std::map<std::string, Anchored> anchored_;
    Extent total_;
    ConfigNode root_;
};

}  // namespace engram

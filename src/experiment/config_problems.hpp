// SPDX-License-Identifier: Apache-2.0
// Collects the problems of a configuration, so that all are reported at once.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

class ConfigProblems {
  public:
    //! \param root  tree in which places are looked up; it must outlive this object
    explicit ConfigProblems(std::string file, const ConfigNode* root = nullptr)
        : file_(std::move(file)), root_(root) {}

    void add(const Place& place, const std::string& key, const std::string& message) {
        add({place.file(), place.line(), key, message});
    }
    void add(ConfigProblem problem);

    //! Adds a problem of a key like "a.b" or "a.b[3]" at the place where it was written, or else
    //! its section.
    void add(const std::string& key, const std::string& message);

    //! Adds a problem unless it is there already.
    void add_new(const ConfigProblem& problem);

    //! Whether a key is in the configuration, rather than left to its default.
    bool is_written(const std::string& key) const;

    //! Whether there is a problem with a key, with anything inside it, or with a section or list
    //! that it is inside of.
    bool concern(const std::string& key) const;

    //! Whether there is a problem with this very key.
    bool has(const std::string& key) const { return keys_.contains(key); }

    //! Whether there is a problem with none of some keys.
    bool sound(std::initializer_list<std::string> keys) const;

    const std::vector<ConfigProblem>& list() const { return problems_; }

    //! The name that was most likely meant; empty if none resembles the given one, or names are no
    //! longer compared.
    std::string nearest(const std::string& name, const std::vector<std::string>& names);
    //! "; did you mean 'x'?", or else "; valid are: ..." unless these are many.
    std::string suggestion(const std::string& name, const std::vector<std::string>& names);

    //! Comparing many names with many others takes long; after so much of it there is none.
    bool compares_names() const { return characters_to_compare_ > 0; }

    //! Directory of the file, to which paths are relative.
    std::string directory() const;

    //! \throw ConfigError with the problems by line, those without a line last; of one list the
    //! first ten, of all the first thousand, and the number of the others
    void throw_if_any() const;

  private:
    std::string file_;
    const ConfigNode* root_;
    std::vector<ConfigProblem> problems_;
    std::size_t n_not_kept_ = 0;
    std::set<std::string> keys_;  // of the problems
    std::size_t characters_to_compare_ = 100'000'000;
};

}  // namespace engram

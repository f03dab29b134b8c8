// Collects the problems of a configuration, so that all are reported at once.
#pragma once

#include <initializer_list>
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
        problems_.push_back({place.file, place.line, key, message});
    }

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

    //! Whether there is a problem with none of some keys.
    bool sound(std::initializer_list<std::string> keys) const;

    std::vector<ConfigProblem>& list() { return problems_; }
    const std::vector<ConfigProblem>& list() const { return problems_; }

    //! \throw ConfigError with all problems, by line, those without a line last; of one list, the
    //! first ten and the number of the others
    void throw_if_any() const;

  private:
    std::string file_;
    const ConfigNode* root_;
    std::vector<ConfigProblem> problems_;
};

}  // namespace engram

// Collects the problems of a configuration, so that all are reported at once.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

class ConfigProblems {
  public:
    explicit ConfigProblems(std::string file) : file_(std::move(file)) {}

    void add(const Place& place, const std::string& key, const std::string& message) {
        problems_.push_back({place.file, place.line, key, message});
    }

    //! Adds a problem of a key at the place where the key was written, or else its section.
    void add(const std::string& key, const std::string& message);

    //! Whether a key is in the configuration, rather than left to its default.
    bool is_written(const std::string& key) const;

    //! Whether there is a problem with a key or with anything inside it.
    bool concern(const std::string& key) const;

    //! Tree in which places are looked up; it must outlive this object.
    void set_tree(const ConfigNode* root) { root_ = root; }
    std::vector<ConfigProblem>& list() { return problems_; }

    //! \throw ConfigError with all problems, by line, those without a line last
    void throw_if_any() const;

  private:
    std::string file_;
    const ConfigNode* root_ = nullptr;
    std::vector<ConfigProblem> problems_;
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// One object of a JSON file: reads its keys, notes problems, and what nobody asked for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/config_tree.hpp"

namespace engram {

// A number of the file, or one that follows from it.
struct Number {
    double value;
    Place place;

    Number times(double factor) const { return {value * factor, place}; }
};

class JsonSection {
  public:
    //! \param object  null if absent
    JsonSection(const ConfigNode* object, const Place& place, std::string path,
                std::vector<ConfigProblem>& problems);

    //! Null is as good as absent.
    bool has(const std::string& key) const { return find(key) != nullptr; }

    Number number(const std::string& key, double fallback);
    Number number(const std::string& key, double fallback, const Range& range);
    std::string text(const std::string& key, const std::string& fallback = "");
    std::vector<double> numbers(const std::string& key);
    JsonSection section(const std::string& key);
    void ignore(const std::string& key) { asked_.insert(key); }

    //! Of a key, or of the section if it has none of that name.
    Place place_of(const std::string& key) const;
    void problem(const std::string& key, const std::string& message);
    //! Paths of the keys that were not asked for, sorted.
    std::vector<std::string> unknown() const;

  private:
    std::string path_of(const std::string& key) const;
    const ConfigNode* find(const std::string& key) const;
    template <class Value, class Convert>
    Value get(const std::string& key, Value fallback, const std::string& what, Convert&& convert);

    const ConfigNode* object_;
    Place place_;
    std::string path_;
    std::vector<ConfigProblem>& problems_;
    std::set<std::string> asked_;
};

}  // namespace engram

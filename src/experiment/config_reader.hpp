// SPDX-License-Identifier: Apache-2.0
// A cursor at one map of a configuration: reads keys with their type and range, notes problems.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include "experiment/config_problems.hpp"
#include "experiment/config_tree.hpp"

namespace engram {

// Allowed values of a number.
struct Range {
    double low;
    double high;
    bool low_excluded = false;

    bool contains(double value) const {
        return (low_excluded ? value > low : value >= low) && value <= high;
    }
    //! E.g. "in [0, 1]", "greater than 0 and at most 1e10".
    std::string description() const;
};

constexpr Range between(double low, double high) {
    return {low, high, false};
}
constexpr Range above_0_up_to(double high) {
    return {0, high, true};
}
inline constexpr Range unit_interval = between(0, 1);

// Every read leaves its target alone, and notes why, if the value will not do. An absent key is
// no problem unless it was required. finish() reports the keys that nobody asked for.
class ConfigReader {
  public:
    //! `node` is the map, or null if absent; `path` its full name, empty for the root.
    ConfigReader(const ConfigNode* node, std::string path, ConfigProblems& problems);

    bool has(const std::string& key) const;
    //! Notes a problem if the key is absent.
    ConfigReader& require(const std::string& key);

    void number(const std::string& key, double& target, Range range);
    //! Likewise, but `.inf` is infinity.
    void number_or_infinity(const std::string& key, double& target, Range range);
    //! Of a list with a problem, the items that will not do become NaN.
    void numbers(const std::string& key, std::vector<double>& target, Range range);
    void text(const std::string& key, std::string& target);
    //! One text, or a list of some, none of them twice; the target is empty if it will not do.
    void one_or_more_texts(const std::string& key, std::vector<std::string>& target);
    //! Of a file, made absolute; nothing if the key is absent, null, or has a problem.
    void path(const std::string& key, std::optional<std::string>& target);
    //! One of several words; the target is the index of the word.
    void word(const std::string& key, std::size_t& target, const std::vector<std::string>& words);
    template <class Integer>
    void integer(const std::string& key, Integer& target, Integer low,
                 Integer high = std::numeric_limits<Integer>::max());

    //! The node of a key, for reading by other means; null if absent or empty.
    const ConfigNode* node(const std::string& key);
    //! The map of a key; a key that is absent or empty gives an empty map.
    ConfigReader section(const std::string& key);
    //! The items of a list; a single problem if the key is something else.
    std::vector<const ConfigNode*> items(const std::string& key);
    //! Keys of the map in the order of the file.
    std::vector<std::string> keys() const;

    std::string path_of(const std::string& key) const;
    //! Where a key that is present was written.
    const Place& place_of(const std::string& key) const { return map_->find(key)->place; }
    //! Notes a problem of a key, marks the key as read.
    void problem(const std::string& key, const std::string& message);
    ConfigProblems& problems() { return *problems_; }

    //! Reports the keys that were not read, with the nearest of those that were.
    void finish();

  private:
    const ConfigNode* take(const std::string& key);

    const ConfigNode* map_ = nullptr;
    bool is_map_ = true;  // false if something else is written where the map should be
    std::string path_;
    ConfigProblems* problems_;
    std::vector<std::string> asked_;  // the valid keys, in the order in which they were asked for
    std::unordered_set<std::string> is_asked_;
};

//! The number that a scalar is; nothing if it is none, or not finite.
std::optional<double> to_number(const ConfigNode& node);

//! "must be greater than 0 (is -2)"
std::string must_be(const std::string& what, const ConfigNode& node);

//! "an integer in [1, 10]"; "an integer of at least 1" if only a signed type limits it.
template <class Integer>
std::string integer_range(Integer low, Integer high) {
    if (std::is_signed_v<Integer> && high == std::numeric_limits<Integer>::max())
        return "an integer of at least " + std::to_string(low);
    return "an integer in [" + std::to_string(low) + ", " + std::to_string(high) + "]";
}

//! The integer that a scalar is, if it is one in [low, high].
template <class Integer>
std::optional<Integer> to_integer(const ConfigNode& node, Integer low, Integer high) {
    if (node.kind != ConfigNode::Kind::scalar || node.quoted) return {};
    Integer value{};
    const char* end = node.text.data() + node.text.size();
    const auto result = std::from_chars(node.text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end || value < low || value > high) return {};
    return value;
}

template <class Integer>
void ConfigReader::integer(const std::string& key, Integer& target, Integer low, Integer high) {
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    if (const std::optional<Integer> number = to_integer(*value, low, high))
        target = *number;
    else
        problem(key, must_be(integer_range(low, high), *value));
}

}  // namespace engram

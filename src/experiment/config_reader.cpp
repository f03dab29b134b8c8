// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_reader.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/nearest_name.hpp"
#include "base/number_text.hpp"
#include "base/plain_text.hpp"
#include "experiment/key_meanings.hpp"

namespace engram {
namespace {

constexpr std::size_t most_unknown = 100;  // keys of a section that are named

}  // namespace

std::string Range::description() const {
    if (low_excluded)
        return "greater than " + short_number_text(low) + " and at most " + short_number_text(high);
    return "in [" + short_number_text(low) + ", " + short_number_text(high) + "]";
}

std::string must_be(const std::string& what, const ConfigNode& node) {
    return "must be " + what + " (is " + node.description() + ")";
}

std::optional<double> to_number(const ConfigNode& node) {
    if (node.kind != ConfigNode::Kind::scalar || node.quoted) return {};
    const char* begin = node.text.data();
    const char* end = begin + node.text.size();
    if (end - begin > 1 && *begin == '+' && begin[1] != '-') ++begin;
    double value = 0;
    const auto result = std::from_chars(begin, end, value);
    if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return {};
    return value;
}

ConfigReader::ConfigReader(const ConfigNode* node, std::string path, ConfigProblems& problems)
    : path_(std::move(path)), problems_(&problems) {
    if (node == nullptr || node->kind == ConfigNode::Kind::null) return;
    is_map_ = node->kind == ConfigNode::Kind::map;
    if (is_map_)
        map_ = node;
    else
        problems_->add(node->place, path_, must_be("a map of keys and values", *node));
}

bool ConfigReader::has(const std::string& key) const {
    return map_ != nullptr && map_->find(key) != nullptr;
}

ConfigReader& ConfigReader::require(const std::string& key) {
    if (is_map_ && !has(key) && !problems_->concern(path_of(key)))
        problems_->add(path_of(key), "is missing");
    return *this;
}

const ConfigNode* ConfigReader::take(const std::string& key) {
    if (is_asked_.insert(key).second) asked_.push_back(key);
    return map_ == nullptr ? nullptr : map_->find(key);
}

void ConfigReader::number(const std::string& key, double& target, Range range) {
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    const std::optional<double> number = to_number(*value);
    if (!number)
        problem(key, must_be("a finite number", *value));
    else if (!range.contains(*number))
        problem(key, must_be(range.description(), *value));
    else
        target = *number;
}

void ConfigReader::number_or_infinity(const std::string& key, double& target, Range range) {
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    const std::optional<double> number = to_number(*value);
    if (value->kind == ConfigNode::Kind::scalar && !value->quoted &&
        (value->text == ".inf" || value->text == ".Inf" || value->text == ".INF"))
        target = std::numeric_limits<double>::infinity();
    else if (!number)
        problem(key, must_be("a number, or .inf", *value));
    else if (!range.contains(*number))
        problem(key, must_be(range.description() + ", or .inf", *value));
    else
        target = *number;
}

void ConfigReader::numbers(const std::string& key, std::vector<double>& target, Range range) {
    if (!has(key)) return void(take(key));
    target.clear();
    for (const ConfigNode* item : items(key)) {
        const std::optional<double> number = to_number(*item);
        const bool good = number && range.contains(*number);
        if (!good)
            problems_->add(item->place, path_of(key) + "[" + std::to_string(target.size()) + "]",
                           must_be(number ? range.description() : "a finite number", *item));
        target.push_back(good ? *number : std::numeric_limits<double>::quiet_NaN());
    }
}

void ConfigReader::text(const std::string& key, std::string& target) {
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    if (value->kind == ConfigNode::Kind::scalar)
        target = value->text;
    else if (value->kind == ConfigNode::Kind::null)
        target.clear();
    else
        problem(key, must_be("text", *value));
}

void ConfigReader::one_or_more_texts(const std::string& key, std::vector<std::string>& target) {
    target.clear();
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    if (value->kind == ConfigNode::Kind::scalar) {
        target.push_back(value->text);
        return;
    }
    if (value->kind != ConfigNode::Kind::list)
        return problem(key, must_be("a name, or a list of names", *value));
    if (value->children.empty()) return problem(key, "must have at least one name");
    bool good = true;
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < value->children.size(); ++i) {
        const ConfigNode& item = value->children[i];
        const std::string path = path_of(key) + "[" + std::to_string(i) + "]";
        const std::size_t n_problems = problems_->list().size();
        if (item.kind != ConfigNode::Kind::scalar)
            problems_->add(item.place, path, must_be("a name", item));
        else if (!seen.insert(item.text).second)
            problems_->add(item.place, path, "is given twice (" + item.text + ")");
        else
            target.push_back(item.text);
        good = good && problems_->list().size() == n_problems;
    }
    if (!good) target.clear();
}

void ConfigReader::word(const std::string& key, std::size_t& target,
                        const std::vector<std::string>& words) {
    const ConfigNode* value = take(key);
    if (value == nullptr) return;
    const auto found = std::find(words.begin(), words.end(), value->text);
    if (value->kind == ConfigNode::Kind::scalar && found != words.end()) {
        target = found - words.begin();
        return;
    }
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    std::string message = must_be("one of " + list, *value);
    // All are listed: only what is hardly to be told from one of them deserves more.
    const std::string nearest = value->kind == ConfigNode::Kind::scalar
                                    ? problems_->nearest(value->text, words)
                                    : std::string();
    if (!nearest.empty() &&
        (nearest.starts_with(value->text) || edit_distance(nearest, value->text) == 1))
        message += "; did you mean '" + nearest + "'?";
    problem(key, message);
}

void ConfigReader::path(const std::string& key, std::optional<std::string>& target) {
    target.reset();
    if (node(key) == nullptr) return;
    std::string name;
    text(key, name);
    if (!name.empty()) {
        const auto joined = std::filesystem::path(problems_->directory()) / name;
        target = std::filesystem::absolute(joined).lexically_normal().string();
        if (const auto unwanted = find_unwanted(*target))
            problem(key, "stands for " + *target + ", which holds " + unwanted->what +
                             "; rename the directory");
    } else if (!problems_->concern(path_of(key))) {
        problem(key, "must be a path or null");
    }
}

const ConfigNode* ConfigReader::node(const std::string& key) {
    const ConfigNode* value = take(key);
    return value == nullptr || value->kind == ConfigNode::Kind::null ? nullptr : value;
}

ConfigReader ConfigReader::section(const std::string& key) {
    return ConfigReader(take(key), path_of(key), *problems_);
}

std::vector<const ConfigNode*> ConfigReader::items(const std::string& key) {
    std::vector<const ConfigNode*> result;
    const ConfigNode* value = node(key);
    if (value == nullptr) return result;
    if (value->kind == ConfigNode::Kind::list) {
        for (const ConfigNode& item : value->children) result.push_back(&item);
    } else {
        problem(key, must_be("a list", *value));
    }
    return result;
}

std::vector<std::string> ConfigReader::keys() const {
    return map_ == nullptr ? std::vector<std::string>{} : map_->keys;
}

std::string ConfigReader::path_of(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
}

void ConfigReader::problem(const std::string& key, const std::string& message) {
    take(key);
    problems_->add(path_of(key), message);
}

void ConfigReader::finish() {
    std::size_t n_unknown = 0;
    Place excess;
    for (const std::string& key : keys()) {
        if (is_asked_.contains(key)) continue;
        if (++n_unknown <= most_unknown) {
            const std::string meant = meant_key(path_, key, asked_);
            const std::string hint = meant.empty() ? problems_->suggestion(key, asked_)
                                                   : "; did you mean '" + meant + "'?";
            problems_->add(place_of(key), path_of(key), "unknown key" + hint);
        } else if (n_unknown == most_unknown + 1)
            excess = place_of(key);
    }
    if (n_unknown > most_unknown)
        problems_->add(
            excess, path_,
            "and " + std::to_string(n_unknown - most_unknown) + " more unknown keys from here on");
}

}  // namespace engram

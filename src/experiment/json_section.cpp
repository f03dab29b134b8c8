// SPDX-License-Identifier: Apache-2.0
#include "experiment/json_section.hpp"

#include <algorithm>

namespace engram {
namespace {

std::optional<std::vector<double>> to_numbers(const ConfigNode& node) {
    if (node.kind != ConfigNode::Kind::list) return {};
    std::vector<double> numbers;
    for (const ConfigNode& item : node.children) {
        const std::optional<double> number = to_number(item);
        if (!number) return {};
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

JsonSection::JsonSection(const ConfigNode* object, const Place& place, std::string path,
                         std::vector<ConfigProblem>& problems)
    : object_(object), place_(place), path_(std::move(path)), problems_(problems) {
    if (object_ == nullptr || object_->kind == ConfigNode::Kind::map) return;
    problem("", must_be("an object", *object_));
    object_ = nullptr;
}

Number JsonSection::number(const std::string& key, double fallback) {
    return {get(key, fallback, "a number", to_number), place_of(key)};
}

Number JsonSection::number(const std::string& key, double fallback, const Range& range) {
    Number number = this->number(key, fallback);
    if (range.contains(number.value)) return number;
    problem(key, must_be(range.description(), *find(key)));
    return {fallback, number.place};
}

std::string JsonSection::text(const std::string& key, const std::string& fallback) {
    return get(key, fallback, "a text", [](const ConfigNode& node) {
        const bool is_text = node.kind == ConfigNode::Kind::scalar && node.quoted;
        return is_text ? std::optional(node.text) : std::nullopt;
    });
}

std::vector<double> JsonSection::numbers(const std::string& key) {
    return get(key, std::vector<double>{}, "a list of numbers", to_numbers);
}

JsonSection JsonSection::section(const std::string& key) {
    asked_.insert(key);
    return {find(key), place_of(key), path_of(key), problems_};
}

Place JsonSection::place_of(const std::string& key) const {
    const ConfigNode* node = find(key);
    return node == nullptr ? place_ : node->place;
}

void JsonSection::problem(const std::string& key, const std::string& message) {
    const Place place = place_of(key);
    problems_.push_back({place.file(), place.line(), key.empty() ? path_ : path_of(key), message});
}

std::vector<std::string> JsonSection::unknown() const {
    std::vector<std::string> keys;
    if (object_ == nullptr) return keys;
    for (const std::string& key : object_->keys)
        if (!asked_.contains(key)) keys.push_back(path_of(key));
    std::sort(keys.begin(), keys.end());
    return keys;
}

std::string JsonSection::path_of(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
}

const ConfigNode* JsonSection::find(const std::string& key) const {
    const ConfigNode* node = object_ == nullptr ? nullptr : object_->find(key);
    return node == nullptr || node->kind == ConfigNode::Kind::null ? nullptr : node;
}

template <class Value, class Convert>
Value JsonSection::get(const std::string& key, Value fallback, const std::string& what,
                       Convert&& convert) {
    asked_.insert(key);
    const ConfigNode* node = find(key);
    if (node == nullptr) return fallback;
    if (const std::optional<Value> value = convert(*node)) return *value;
    problem(key, must_be(what, *node));
    return fallback;
}

}  // namespace engram

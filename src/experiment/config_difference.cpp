// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_difference.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <map>

namespace engram {
namespace {

void flatten(const YAML::Node& node, const std::string& key,
             std::map<std::string, std::string>& values) {
    if (!node.IsMap()) {
        YAML::Emitter text;
        text << YAML::Flow << node;
        values[key] = text.c_str();
        return;
    }
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>();
        flatten(entry.second, key.empty() ? name : fmt::format("{}.{}", key, name), values);
    }
}

std::map<std::string, std::string> values_of(const std::string& text) {
    std::map<std::string, std::string> values;
    flatten(YAML::Load(text), "", values);
    return values;
}

}  // namespace

std::vector<ConfigDifference> configuration_differences(const std::string& before,
                                                        const std::string& after) {
    const auto old_values = values_of(before);
    const auto new_values = values_of(after);
    std::vector<ConfigDifference> differences;
    for (const auto& [key, value] : old_values) {
        const auto it = new_values.find(key);
        const std::string other = it == new_values.end() ? "" : it->second;
        if (other != value) differences.push_back({key, value, other});
    }
    for (const auto& [key, value] : new_values)
        if (old_values.count(key) == 0) differences.push_back({key, "", value});
    return differences;
}

}  // namespace engram

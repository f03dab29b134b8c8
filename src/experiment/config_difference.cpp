// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_difference.hpp"

#include <map>

#include "experiment/config_text.hpp"
#include "experiment/yaml_parser.hpp"

namespace engram {
namespace {

void flatten(const ConfigNode& node, const std::string& key,
             std::map<std::string, std::string>& values) {
    if (node.kind != ConfigNode::Kind::map) {
        values[key] = inline_text(node);
        return;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i)
        flatten(node.children[i], key.empty() ? node.keys[i] : key + "." + node.keys[i], values);
}

std::map<std::string, std::string> values_of(const std::string& text) {
    std::map<std::string, std::string> values;
    std::vector<ConfigProblem> none;
    flatten(parse_yaml(text, "", none), "", values);
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

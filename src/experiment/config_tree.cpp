// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_tree.hpp"

#include <algorithm>

#include "base/plain_text.hpp"
#include "experiment/yaml_parser.hpp"

namespace engram {
namespace {

std::vector<std::string> split_at_dots(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// Maps of a few keys, which are most, are searched faster without an index.
constexpr std::size_t most_without_index = 8;

void index_keys(ConfigNode& map) {
    if (map.keys.size() <= most_without_index) {
        map.index.reset();
        return;
    }
    // A copy of the map shares its index until one of them changes.
    std::shared_ptr<ConfigNode::Index> index;
    if (map.index.use_count() == 1)
        index = std::const_pointer_cast<ConfigNode::Index>(map.index);
    else
        index = map.index == nullptr ? std::make_shared<ConfigNode::Index>()
                                     : std::make_shared<ConfigNode::Index>(*map.index);
    for (std::size_t i = index->size(); i < map.keys.size(); ++i) index->emplace(map.keys[i], i);
    map.index = std::move(index);
}

}  // namespace

ConfigNode ConfigNode::empty(Kind kind, const Place& place) {
    ConfigNode node;
    node.place = place;
    node.kind = kind;
    return node;
}

ConfigNode ConfigNode::scalar(std::string text, bool quoted, const Place& place) {
    ConfigNode node = empty(Kind::scalar, place);
    node.text = std::move(text);
    node.quoted = quoted;
    return node;
}

const ConfigNode* ConfigNode::find(const std::string& key) const {
    if (index == nullptr) {
        const auto found = std::find(keys.begin(), keys.end(), key);
        return found == keys.end() ? nullptr : &children[found - keys.begin()];
    }
    const auto found = index->find(key);
    return found == index->end() ? nullptr : &children[found->second];
}

ConfigNode* ConfigNode::find(const std::string& key) {
    return const_cast<ConfigNode*>(static_cast<const ConfigNode*>(this)->find(key));
}

ConfigNode& ConfigNode::add(const std::string& key, ConfigNode value) {
    keys.push_back(key);
    children.push_back(std::move(value));
    index_keys(*this);
    return children.back();
}

bool ConfigNode::remove(const std::string& key) {
    const ConfigNode* child = find(key);
    if (child == nullptr) return false;
    const std::ptrdiff_t place_in_map = child - children.data();
    keys.erase(keys.begin() + place_in_map);
    children.erase(children.begin() + place_in_map);
    index.reset();
    index_keys(*this);
    return true;
}

std::string ConfigNode::description() const {
    switch (kind) {
        case Kind::scalar:
            return quoted ? '"' + shortened(text) + '"' : shortened(text);
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
        default:
            return "empty";
    }
}

void set_value(ConfigNode& root, const std::string& key, ConfigNode value) {
    ConfigNode* node = &root;
    for (const std::string& part : split_at_dots(key)) {
        if (node->kind != ConfigNode::Kind::map)
            *node = ConfigNode::empty(ConfigNode::Kind::map, value.place);
        ConfigNode* next = node->find(part);
        node = next != nullptr
                   ? next
                   : &node->add(part, ConfigNode::empty(ConfigNode::Kind::null, value.place));
    }
    *node = std::move(value);
}

const ConfigNode* find_value(const ConfigNode& root, const std::string& key) {
    const ConfigNode* node = &root;
    for (const std::string& part : split_at_dots(key))
        node = node == nullptr ? nullptr : node->find(part);
    return node;
}

bool remove_value(ConfigNode& root, const std::string& key) {
    const std::vector<std::string> path = split_at_dots(key);
    ConfigNode* owner = &root;
    for (auto part = path.begin(); owner != nullptr && part + 1 != path.end(); ++part)
        owner = owner->find(*part);
    return owner != nullptr && owner->remove(path.back());
}

void apply_override(ConfigNode& root, const std::string& override_text,
                    std::vector<ConfigProblem>& problems) {
    const std::size_t equals = override_text.find('=');
    const std::string key = override_text.substr(0, equals);
    const std::vector<std::string> parts = split_at_dots(key);
    const bool has_empty_part = std::find(parts.begin(), parts.end(), "") != parts.end();
    if (equals == std::string::npos || has_empty_part) {
        problems.push_back(
            {"--set", 0, shortened(override_text), "must have the form section.key=value"});
        return;
    }
    const std::string source = "--set " + shortened(override_text);
    if (const auto unwanted = find_unwanted(override_text)) {
        problems.push_back({source, 0, "", "holds " + unwanted->what + "; " + unwanted->remedy});
        return;
    }
    const std::size_t n_problems = problems.size();
    try {
        ConfigNode value =
            parse_yaml_value(override_text.substr(equals + 1), {source, 0}, key, problems);
        value.place = {source, 0};
        if (value.kind == ConfigNode::Kind::null && problems.size() == n_problems &&
            remove_value(root, key))
            return;
        set_value(root, key, std::move(value));
    } catch (const ConfigError& error) {
        problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
}

}  // namespace engram

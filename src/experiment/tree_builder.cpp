// SPDX-License-Identifier: Apache-2.0
#include "experiment/tree_builder.hpp"

#include <algorithm>

#include "base/plain_text.hpp"

namespace engram {
namespace {

constexpr int deepest_nesting = 32;           // a configuration needs 5
constexpr std::size_t most_values = 4000000;  // of some 120 bytes each, however they are written
constexpr std::size_t longest_key = 200;      // in bytes; messages repeat it for each value inside
constexpr std::size_t most_problems = 1000;

}  // namespace

TreeBuilder::TreeBuilder(Place place, std::string path, std::vector<ConfigProblem>& problems)
    : place_(std::move(place)), path_(std::move(path)), problems_(problems) {}

void TreeBuilder::move_to(int line, int column) {
    line_ = line;
    column_ = column;
}

void TreeBuilder::null(const std::string& anchor) {
    count({1, 0, 0});
    put(ConfigNode::empty(ConfigNode::Kind::null, here()), anchor);
}

void TreeBuilder::scalar(std::string text, bool quoted, const std::string& anchor) {
    count({1, text.size(), 0});
    put(ConfigNode::scalar(std::move(text), quoted, here()), anchor);
}

void TreeBuilder::alias(const std::string& name) {
    const auto repeats = [&](const Open& open) { return open.anchor == name; };
    if (std::any_of(open_.begin(), open_.end(), repeats))
        fail("this alias is inside of what it repeats");
    const auto found = anchored_.find(name);
    if (found == anchored_.end()) fail("there is no anchor &" + name + " before the alias");
    const auto& [node, extent] = found->second;
    if (depth() + extent.height > deepest_nesting) fail("is nested too deeply");
    count(extent);
    put(node, "");
}

void TreeBuilder::begin(ConfigNode::Kind kind, const std::string& anchor) {
    if (depth() >= deepest_nesting) fail("is nested too deeply");
    count({1, 0, 0});
    open_.push_back({ConfigNode::empty(kind, here()), anchor, false, false, "", {}});
}

void TreeBuilder::end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    put(std::move(closed.node), closed.anchor);
}

void TreeBuilder::fail(const std::string& message) {
    problems_.push_back({place_.file(), here().line(), path(), message});
    throw ConfigError(std::move(problems_));
}

TreeBuilder::Extent TreeBuilder::extent_of(const ConfigNode& node) {
    Extent sum{1, node.text.size(), 0};
    for (const std::string& key : node.keys) sum.n_bytes += key.size();
    for (const ConfigNode& child : node.children) {
        const Extent extent = extent_of(child);
        sum.n_values += extent.n_values;
        sum.n_bytes += extent.n_bytes;
        sum.height = std::max(sum.height, extent.height + 1);
    }
    return sum;
}

Place TreeBuilder::here() const {
    return place_.at_line(line_);
}

// Of the value that comes next.
std::string TreeBuilder::path() const {
    std::string path = path_;
    for (const Open& open : open_) {
        if (open.node.kind == ConfigNode::Kind::list)
            path += "[" + std::to_string(open.node.children.size()) + "]";
        else if (open.has_key)
            path += (path.empty() ? "" : ".") + open.key;
    }
    return path;
}

void TreeBuilder::add_problem(const Place& place, const std::string& key,
                              const std::string& message) {
    problems_.push_back({place.file(), place.line(), key, message});
    if (problems_.size() < most_problems) return;
    problems_.push_back({place.file(), place.line(), "", "here are too many problems to go on"});
    throw ConfigError(std::move(problems_));
}

// What the file does not show, an escape sequence may hold.
void TreeBuilder::check_text(const std::string& text, const Place& place) {
    const auto unwanted = find_unwanted(text);
    if (!unwanted) return;
    const std::string column = column_ > 0 ? " (column " + std::to_string(column_) + ")" : "";
    add_problem(place, path(), "holds " + unwanted->what + column + "; " + unwanted->remedy);
}

void TreeBuilder::count(const Extent& extent) {
    total_.n_values += extent.n_values;
    total_.n_bytes += extent.n_bytes;
    if (total_.n_values > most_values)
        fail(
            "here the configuration exceeds 4 million keys and values; give fewer, and no "
            "aliases of aliases");
    if (total_.n_bytes > most_config_bytes)
        fail(
            "here the configuration exceeds 64 MB of text; give less, and no aliases of long "
            "text");
}

void TreeBuilder::put(ConfigNode node, const std::string& anchor) {
    if (!anchor.empty()) {
        const Extent extent = extent_of(node);
        count(extent);
        anchored_[anchor] = {node, extent};
    }
    if (open_.empty()) {
        check_text(node.text, node.place);
        root_ = std::move(node);
        return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == ConfigNode::Kind::map && !parent.has_key) return take_key(parent, node);
    check_text(node.text, node.place);
    if (parent.node.kind == ConfigNode::Kind::list) {
        parent.node.children.push_back(std::move(node));
        return;
    }
    parent.has_key = false;
    if (parent.is_dropped) return;
    node.place = parent.key_place;  // a value may start on a later line
    parent.node.add(parent.key, std::move(node));
}

void TreeBuilder::take_key(Open& map, const ConfigNode& key) {
    map.has_key = true;
    map.key = shortened(key.text, longest_key);
    map.key_place = key.place;
    map.is_dropped = true;
    if (key.kind != ConfigNode::Kind::scalar)
        return add_problem(key.place, path(), "has a key that is not plain text");
    if (key.text.size() > longest_key)
        return add_problem(key.place, path(), "is too long for a key");
    if (const auto unwanted = find_unwanted(key.text))
        return add_problem(key.place, path(),
                           "is a key with " + unwanted->what + "; " + unwanted->remedy);
    map.is_dropped = false;
    if (const ConfigNode* first = map.node.find(map.key)) {
        const int line = first->place.line();
        add_problem(
            key.place, path(),
            "is given twice" + (line > 0 ? " (first on line " + std::to_string(line) + ")" : ""));
        map.is_dropped = true;
    }
}

}  // namespace engram

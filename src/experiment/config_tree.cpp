// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace engram {
namespace {

constexpr int deepest_nesting = 32;  // a configuration needs 4; aliases can make it endless
constexpr std::size_t most_nodes = 4'000'000;  // aliases can multiply them

ConfigNode empty_node(ConfigNode::Kind kind, const Place& place) {
    ConfigNode node;
    node.kind = kind;
    node.place = place;
    return node;
}

std::size_t n_values(const ConfigNode& node) {
    std::size_t n = 1;
    for (const ConfigNode& child : node.children) n += n_values(child);
    return n;
}

int height(const ConfigNode& node) {
    int highest = 0;
    for (const ConfigNode& child : node.children) highest = std::max(highest, height(child) + 1);
    return highest;
}

// Makes nodes of what the YAML library reads, and notes what that library lets pass. Its own nodes
// would take several times the memory and the time.
class TreeBuilder : public YAML::EventHandler {
  public:
    //! \param path  of the root
    TreeBuilder(std::string file, std::string path, bool with_lines,
                std::vector<ConfigProblem>& problems)
        : file_(std::move(file)),
          path_(std::move(path)),
          with_lines_(with_lines),
          problems_(problems) {}

    ConfigNode root;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        put(node_at(ConfigNode::Kind::null, mark), anchor);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        ConfigNode node = node_at(ConfigNode::Kind::scalar, mark);
        node.text = value;
        node.quoted = tag == "!";
        put(std::move(node), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchored_.find(anchor);  // not yet there: it is inside of itself
        const bool fits =
            found != anchored_.end() && depth() + found->second.height <= deepest_nesting;
        if (!fits) return put(node_at(ConfigNode::Kind::null, mark), 0, true);
        n_nodes_ += found->second.n_values - 1;
        check_number(mark);
        put(found->second.node, 0);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(ConfigNode::Kind::list, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(ConfigNode::Kind::map, mark, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    // A list or map of which not all is read.
    struct Open {
        ConfigNode node;
        YAML::anchor_t anchor = 0;
        bool has_key = false;     // of a map: the next node is the value of `key`
        bool is_dropped = false;  // that value
        std::string key;
        Place key_place;
    };
    struct Anchored {
        ConfigNode node;
        std::size_t n_values;
        int height;
    };

    int depth() const { return static_cast<int>(open_.size()); }

    ConfigNode node_at(ConfigNode::Kind kind, const YAML::Mark& mark) const {
        return empty_node(kind, {file_, with_lines_ ? mark.line + 1 : 0});
    }

    // Of the node that is read next.
    std::string path() const {
        std::string path = path_;
        for (const Open& open : open_) {
            if (open.node.kind == ConfigNode::Kind::list)
                path += "[" + std::to_string(open.node.children.size()) + "]";
            else if (open.has_key)
                path += (path.empty() ? "" : ".") + open.key;
        }
        return path;
    }

    void open(ConfigNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        open_.push_back({node_at(kind, mark), anchor, false, false, "", {}});
    }

    void close() {
        ConfigNode node = std::move(open_.back().node);
        const YAML::anchor_t anchor = open_.back().anchor;
        open_.pop_back();
        put(std::move(node), anchor);
    }

    void check_number(const YAML::Mark& mark) const {
        if (n_nodes_ > most_nodes)
            throw ConfigError({{file_, with_lines_ ? mark.line + 1 : 0, path(),
                                "here the file exceeds 4 million values; give fewer, and no "
                                "aliases of aliases"}});
    }

    void put(ConfigNode node, YAML::anchor_t anchor, bool is_endless = false) {
        if (is_endless || depth() > deepest_nesting) {
            // Of what is too deep, the outermost is told.
            if (is_endless || depth() == deepest_nesting + 1)
                problems_.push_back({file_, node.place.line, path(), "is nested too deeply"});
            node = empty_node(ConfigNode::Kind::null, node.place);
        }
        if (anchor != 0) anchored_[anchor] = {node, n_values(node), height(node)};
        if (open_.empty()) {
            root = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == ConfigNode::Kind::map && !parent.has_key)
            return take_key(parent, std::move(node));
        ++n_nodes_;
        check_number({});
        if (parent.node.kind == ConfigNode::Kind::list) {
            parent.node.children.push_back(std::move(node));
            return;
        }
        parent.has_key = false;
        if (parent.is_dropped) return;
        node.place = parent.key_place;  // a value may start on a later line
        parent.node.add(parent.key, std::move(node));
    }

    void take_key(Open& map, ConfigNode key) {
        map.is_dropped = key.kind != ConfigNode::Kind::scalar;
        if (map.is_dropped)
            problems_.push_back(
                {file_, key.place.line, path(), "has a key that is not plain text"});
        map.has_key = true;
        map.key = std::move(key.text);
        map.key_place = key.place;
        if (map.is_dropped) return;
        if (const ConfigNode* first = map.node.find(map.key)) {
            const std::string where =
                with_lines_ ? " (first on line " + std::to_string(first->place.line) + ")" : "";
            problems_.push_back({file_, key.place.line, path(), "is given twice" + where});
            map.is_dropped = true;
        }
    }

    std::string file_;
    std::string path_;
    bool with_lines_;
    std::vector<ConfigProblem>& problems_;
    std::vector<Open> open_;  // from the outermost
    std::map<YAML::anchor_t, Anchored> anchored_;
    std::size_t n_nodes_ = 0;
};

// What the YAML library says, made clearer.
std::string syntax_problem(const YAML::Exception& error, const std::string& text) {
    const std::string problem = "not valid YAML: ";
    if (error.msg == "bad file") return problem + "nested too deeply, or no YAML at all";
    std::istringstream lines(text);
    std::string line;
    for (int i = 0; i <= error.mark.line && std::getline(lines, line);) ++i;
    const std::size_t indent = line.find_first_not_of(" \t");
    const bool has_tab = line.find('\t') < indent;
    return problem + error.msg + (has_tab ? "; indent with spaces instead of tabs" : "");
}

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
    if (map.keys.size() <= most_without_index) return;
    for (std::size_t i = map.indices.size(); i < map.keys.size(); ++i)
        map.indices.emplace(map.keys[i], i);
}

}  // namespace

const ConfigNode* ConfigNode::find(const std::string& key) const {
    if (keys.size() <= most_without_index) {
        const auto found = std::find(keys.begin(), keys.end(), key);
        return found == keys.end() ? nullptr : &children[found - keys.begin()];
    }
    const auto found = indices.find(key);
    return found == indices.end() ? nullptr : &children[found->second];
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
    const std::ptrdiff_t index = child - children.data();
    keys.erase(keys.begin() + index);
    children.erase(children.begin() + index);
    indices.clear();
    index_keys(*this);
    return true;
}

std::string ConfigNode::description() const {
    switch (kind) {
        case Kind::scalar:
            return quoted ? '"' + text + '"' : text;
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
        default:
            return "empty";
    }
}

ConfigNode parse_yaml(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems) {
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        TreeBuilder builder(file, "", true, problems);
        if (!parser.HandleNextDocument(builder))
            return empty_node(ConfigNode::Kind::null, {file, 0});
        std::vector<ConfigProblem> ignored;
        TreeBuilder second(file, "", true, ignored);
        if (parser.HandleNextDocument(second))
            problems.push_back({file, second.root.place.line, "",
                                "a second YAML document begins here; only one is allowed"});
        return std::move(builder.root);
    } catch (const YAML::Exception& error) {
        throw ConfigError({{file, error.mark.line + 1, "", syntax_problem(error, text)}});
    }
}

void set_value(ConfigNode& root, const std::string& key, ConfigNode value) {
    ConfigNode* node = &root;
    for (const std::string& part : split_at_dots(key)) {
        if (node->kind != ConfigNode::Kind::map)
            *node = empty_node(ConfigNode::Kind::map, value.place);
        ConfigNode* next = node->find(part);
        node = next != nullptr ? next
                               : &node->add(part, empty_node(ConfigNode::Kind::null, value.place));
    }
    *node = std::move(value);
}

bool remove_value(ConfigNode& root, const std::vector<std::string>& path) {
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
        problems.push_back({"--set", 0, override_text, "must have the form section.key=value"});
        return;
    }

    const Place place{"--set " + override_text, 0};
    ConfigNode value;
    try {
        std::istringstream stream(override_text.substr(equals + 1));
        TreeBuilder builder(place.file, key, false, problems);
        YAML::Parser(stream).HandleNextDocument(builder);
        value = std::move(builder.root);
    } catch (const YAML::Exception& error) {
        problems.push_back({place.file, 0, key, "not valid YAML: " + error.msg});
        return;
    }

    value.place = place;
    if (value.kind == ConfigNode::Kind::null && remove_value(root, parts)) return;
    set_value(root, key, std::move(value));
}

}  // namespace engram

#include "experiment/config_tree.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
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

// Copies the nodes of the YAML library and notes what that library lets pass.
class TreeBuilder {
  public:
    TreeBuilder(std::string file, bool with_lines, std::vector<ConfigProblem>& problems)
        : file_(std::move(file)), with_lines_(with_lines), problems_(problems) {}

    ConfigNode build(const YAML::Node& yaml, const std::string& path, int depth = 0) {
        ConfigNode node;
        node.place = place_of(yaml);
        if (++n_nodes_ > most_nodes)
            throw ConfigError({{file_, node.place.line, path,
                                "here the file exceeds 4 million values; give fewer, and no "
                                "aliases of aliases"}});
        if (depth > deepest_nesting) {
            problems_.push_back({file_, node.place.line, path, "is nested too deeply"});
            return node;
        }
        switch (yaml.Type()) {
            case YAML::NodeType::Scalar:
                node.kind = ConfigNode::Kind::scalar;
                node.text = yaml.Scalar();
                node.quoted = yaml.Tag() == "!";
                break;
            case YAML::NodeType::Sequence:
                node.kind = ConfigNode::Kind::list;
                for (const YAML::Node& item : yaml)
                    node.children.push_back(build(
                        item, path + "[" + std::to_string(node.children.size()) + "]", depth + 1));
                break;
            case YAML::NodeType::Map:
                node.kind = ConfigNode::Kind::map;
                for (const auto& entry : yaml)
                    add_entry(node, entry.first, entry.second, path, depth);
                break;
            default:
                break;
        }
        return node;
    }

  private:
    Place place_of(const YAML::Node& yaml) const {
        return {file_, with_lines_ ? yaml.Mark().line + 1 : 0};
    }

    void add_entry(ConfigNode& map, const YAML::Node& yaml_key, const YAML::Node& yaml_value,
                   const std::string& path, int depth) {
        const Place place = place_of(yaml_key);
        if (!yaml_key.IsScalar()) {
            problems_.push_back({file_, place.line, path, "has a key that is not plain text"});
            return;
        }
        const std::string& key = yaml_key.Scalar();
        const std::string key_path = path.empty() ? key : path + "." + key;
        if (const ConfigNode* first = map.find(key)) {
            const std::string where =
                with_lines_ ? " (first on line " + std::to_string(first->place.line) + ")" : "";
            problems_.push_back({file_, place.line, key_path, "is given twice" + where});
            return;
        }
        ConfigNode value = build(yaml_value, key_path, depth + 1);
        value.place = place;  // that of the key: a value may start on a later line
        map.keys.push_back(key);
        map.children.push_back(std::move(value));
    }

    std::string file_;
    bool with_lines_;
    std::vector<ConfigProblem>& problems_;
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

}  // namespace

const ConfigNode* ConfigNode::find(const std::string& key) const {
    const auto found = std::find(keys.begin(), keys.end(), key);
    return found == keys.end() ? nullptr : &children[found - keys.begin()];
}

ConfigNode* ConfigNode::find(const std::string& key) {
    return const_cast<ConfigNode*>(static_cast<const ConfigNode*>(this)->find(key));
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
        const std::vector<YAML::Node> documents = YAML::LoadAll(text);
        if (documents.empty()) return empty_node(ConfigNode::Kind::null, {file, 0});
        if (documents.size() > 1)
            problems.push_back({file, documents[1].Mark().line + 1, "",
                                "a second YAML document begins here; only one is allowed"});
        return TreeBuilder(file, true, problems).build(documents.front(), "");
    } catch (const YAML::Exception& error) {
        throw ConfigError({{file, error.mark.line + 1, "", syntax_problem(error, text)}});
    }
}

void set_value(ConfigNode& root, const std::string& key, ConfigNode value) {
    ConfigNode* node = &root;
    for (const std::string& part : split_at_dots(key)) {
        if (node->kind != ConfigNode::Kind::map)
            *node = empty_node(ConfigNode::Kind::map, value.place);
        if (node->find(part) == nullptr) {
            node->keys.push_back(part);
            node->children.push_back(empty_node(ConfigNode::Kind::null, value.place));
        }
        node = node->find(part);
    }
    *node = std::move(value);
}

bool remove_value(ConfigNode& root, const std::vector<std::string>& path) {
    ConfigNode* owner = &root;
    for (auto part = path.begin(); owner != nullptr && part + 1 != path.end(); ++part)
        owner = owner->find(*part);
    if (owner == nullptr) return false;
    const auto found = std::find(owner->keys.begin(), owner->keys.end(), path.back());
    if (found == owner->keys.end()) return false;
    owner->children.erase(owner->children.begin() + (found - owner->keys.begin()));
    owner->keys.erase(found);
    return true;
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
        value = TreeBuilder(place.file, false, problems)
                    .build(YAML::Load(override_text.substr(equals + 1)), key);
    } catch (const YAML::Exception& error) {
        problems.push_back({place.file, 0, key, "not valid YAML: " + error.msg});
        return;
    }

    value.place = place;
    if (value.kind == ConfigNode::Kind::null && remove_value(root, parts)) return;
    set_value(root, key, std::move(value));
}

}  // namespace engram

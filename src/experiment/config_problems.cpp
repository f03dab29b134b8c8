// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_problems.hpp"

#include <algorithm>
#include <charconv>
#include <climits>
#include <filesystem>
#include <map>

#include "base/nearest_name.hpp"
#include "base/plain_text.hpp"

namespace engram {
namespace {

constexpr std::size_t most_per_list = 10;
constexpr std::size_t most_reported = 1000;
constexpr std::size_t most_listed = 100;  // valid names
// What is beyond is counted.
constexpr std::size_t most_kept = 20'000;
constexpr std::size_t longest_message = 4000;

// The part of a key before its first index: "record.synapses" of "record.synapses[3]".
std::string list_of(const std::string& key) {
    return key.substr(0, key.find('['));
}

constexpr char inside[] = {'.', '['};  // what follows a key in those inside it

struct Segment {
    std::string name;
    bool is_index = false;
};

// The parts of a key like "a.b[3].c".
std::vector<Segment> segments(const std::string& key) {
    std::vector<Segment> result;
    for (std::size_t begin = 0; begin < key.size();) {
        const bool is_index = key[begin] == '[';
        if (is_index || key[begin] == '.') ++begin;
        const auto end = std::min(key.find_first_of(is_index ? "]" : ".[", begin), key.size());
        result.push_back({key.substr(begin, end - begin), is_index});
        begin = is_index ? end + 1 : end;
    }
    return result;
}

const ConfigNode* child(const ConfigNode& node, const Segment& segment) {
    if (!segment.is_index) return node.find(segment.name);
    std::size_t index = 0;
    const char* end = segment.name.data() + segment.name.size();
    const auto result = std::from_chars(segment.name.data(), end, index);
    const bool found = node.kind == ConfigNode::Kind::list && result.ec == std::errc() &&
                       index < node.children.size();
    return found ? &node.children[index] : nullptr;
}

// Calls `visit` with each node on the way to a key; false if the way ends before.
template <class Visit>
bool follow(const ConfigNode* node, const std::string& key, Visit&& visit) {
    for (const Segment& segment : segments(key)) {
        if (node != nullptr) node = child(*node, segment);
        if (node == nullptr) return false;
        visit(*node);
    }
    return node != nullptr;
}

// A list with many bad items is told by the first of them.
std::vector<ConfigProblem> without_excess(const std::vector<ConfigProblem>& problems) {
    std::map<std::string, std::size_t> counts;
    std::map<std::string, std::size_t> summaries;  // index of the one that stands for the rest
    std::vector<ConfigProblem> kept;
    for (const ConfigProblem& problem : problems) {
        if (problem.key.find('[') == std::string::npos) {
            kept.push_back(problem);
            continue;
        }
        const std::string list = list_of(problem.key);
        const std::size_t count = ++counts[list];
        if (count == most_per_list + 1) {
            summaries[list] = kept.size();
            kept.push_back({problem.file, problem.line, list, ""});
        } else if (count <= most_per_list) {
            kept.push_back(problem);
        }
    }
    for (const auto& [list, index] : summaries)
        kept[index].message =
            "and " + std::to_string(counts[list] - most_per_list) + " more problems from here on";
    return kept;
}

}  // namespace

void ConfigProblems::add(ConfigProblem problem) {
    const bool is_kept = problems_.size() < most_kept;
    if (!problem.key.empty()) keys_.insert(is_kept ? problem.key : list_of(problem.key));
    if (!is_kept) {
        ++n_not_kept_;
        return;
    }
    problem.message = shortened(problem.message, longest_message);
    problems_.push_back(std::move(problem));
}

void ConfigProblems::add(const std::string& key, const std::string& message) {
    Place place{file_, 0};
    follow(root_, key, [&](const ConfigNode& node) { place = node.place; });
    add(place, key, message);
}

void ConfigProblems::add_new(const ConfigProblem& problem) {
    if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end()) add(problem);
}

bool ConfigProblems::is_written(const std::string& key) const {
    return follow(root_, key, [](const ConfigNode&) {});
}

bool ConfigProblems::concern(const std::string& key) const {
    if (keys_.empty()) return false;
    for (std::size_t i = 0; i <= key.size(); ++i)
        if ((i == key.size() || key[i] == '.' || key[i] == '[') && has(key.substr(0, i)))
            return true;
    return std::any_of(std::begin(inside), std::end(inside), [&](char opening) {
        const std::string begin = key + opening;
        const auto first = keys_.lower_bound(begin);
        return first != keys_.end() && first->starts_with(begin);
    });
}

bool ConfigProblems::sound(std::initializer_list<std::string> keys) const {
    return std::none_of(keys.begin(), keys.end(),
                        [this](const std::string& key) { return concern(key); });
}

std::string ConfigProblems::nearest(const std::string& name,
                                    const std::vector<std::string>& names) {
    if (!compares_names()) return "";
    std::size_t n_characters = 0;
    for (const std::string& other : names) n_characters += (name.size() + 1) * (other.size() + 1);
    const bool is_too_much = n_characters > characters_to_compare_;
    characters_to_compare_ -= is_too_much ? characters_to_compare_ : n_characters;
    return is_too_much ? "" : nearest_name(name, names);
}

std::string ConfigProblems::suggestion(const std::string& name,
                                       const std::vector<std::string>& names) {
    const std::string closest = nearest(name, names);
    if (!closest.empty()) return "; did you mean '" + closest + "'?";
    if (names.empty() || names.size() > most_listed || problems_.size() > most_reported) return "";
    std::string list;
    for (const std::string& valid : names) list += (list.empty() ? "" : ", ") + valid;
    return "; valid are: " + list;
}

std::string ConfigProblems::directory() const {
    return std::filesystem::path(file_).parent_path().string();
}

void ConfigProblems::throw_if_any() const {
    if (problems_.empty()) return;
    std::vector<ConfigProblem> sorted = problems_;
    const auto rank = [](const ConfigProblem& p) { return p.line > 0 ? p.line : INT_MAX; };
    std::stable_sort(
        sorted.begin(), sorted.end(),
        [&](const ConfigProblem& a, const ConfigProblem& b) { return rank(a) < rank(b); });
    std::vector<ConfigProblem> reported = without_excess(sorted);
    const std::size_t n_reported = std::min(reported.size(), most_reported);
    const std::size_t n_others = reported.size() - n_reported + n_not_kept_;
    reported.resize(n_reported);
    if (n_others > 0)
        reported.push_back({file_, 0, "", "and " + std::to_string(n_others) + " more problems"});
    throw ConfigError(std::move(reported));
}

}  // namespace engram

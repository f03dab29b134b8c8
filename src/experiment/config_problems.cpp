#include "experiment/config_problems.hpp"

#include <algorithm>
#include <climits>

namespace engram {

void ConfigProblems::add(const std::string& key, const std::string& message) {
    Place place{file_, 0};
    const ConfigNode* node = root_;
    std::size_t begin = 0;
    while (node != nullptr && begin <= key.size()) {
        const std::size_t end = std::min(key.find_first_of(".[", begin), key.size());
        node = node->find(key.substr(begin, end - begin));
        if (node != nullptr) place = node->place;
        begin = end + 1;
    }
    add(place, key, message);
}

bool ConfigProblems::is_written(const std::string& key) const {
    const ConfigNode* node = root_;
    for (std::size_t begin = 0; node != nullptr && begin <= key.size();) {
        const std::size_t end = std::min(key.find('.', begin), key.size());
        node = node->find(key.substr(begin, end - begin));
        begin = end + 1;
    }
    return node != nullptr;
}

bool ConfigProblems::concern(const std::string& key) const {
    return std::any_of(problems_.begin(), problems_.end(), [&](const ConfigProblem& problem) {
        const std::string& other = problem.key;
        return other.compare(0, key.size(), key) == 0 &&
               (other.size() == key.size() || other[key.size()] == '.' || other[key.size()] == '[');
    });
}

void ConfigProblems::throw_if_any() const {
    if (problems_.empty()) return;
    std::vector<ConfigProblem> sorted = problems_;
    const auto rank = [](const ConfigProblem& p) { return p.line > 0 ? p.line : INT_MAX; };
    std::stable_sort(
        sorted.begin(), sorted.end(),
        [&](const ConfigProblem& a, const ConfigProblem& b) { return rank(a) < rank(b); });
    throw ConfigError(std::move(sorted));
}

}  // namespace engram

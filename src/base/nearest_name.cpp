// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.hpp"

#include <algorithm>
#include <numeric>

namespace engram {

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

namespace {

constexpr std::size_t shortest_stem = 3;

std::string without_underscores(std::string name) {
    std::erase(name, '_');
    return name;
}

// Users of the published programs know many keys without their units: "V_th" for "V_th_mV".
std::size_t dissimilarity(const std::string& name, const std::string& candidate) {
    if (name.size() >= shortest_stem &&
        without_underscores(candidate).starts_with(without_underscores(name)))
        return 1;
    return edit_distance(name, candidate);
}

}  // namespace

std::string nearest_name(const std::string& name, const std::vector<std::string>& names) {
    std::string nearest;
    // Beyond half of the name a resemblance is chance.
    std::size_t least = name.size() / 2 + 1;
    for (const std::string& candidate : names) {
        const std::size_t distance = dissimilarity(name, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string suggestion(const std::string& name, const std::vector<std::string>& names) {
    const std::string nearest = nearest_name(name, names);
    if (!nearest.empty()) return "; did you mean '" + nearest + "'?";
    std::string valid;
    for (const std::string& candidate : names) valid += (valid.empty() ? "" : ", ") + candidate;
    return valid.empty() ? "" : "; valid are: " + valid;
}

}  // namespace engram

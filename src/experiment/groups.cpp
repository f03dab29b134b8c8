// SPDX-License-Identifier: Apache-2.0
#include "experiment/groups.hpp"

#include <algorithm>
#include <stdexcept>

namespace engram {

std::vector<NeuronId> Groups::members(const GroupNames& names) const {
    std::vector<NeuronId> all;
    for (const std::string& name : names) {
        const Group* group = find(name);
        if (group == nullptr) throw std::out_of_range("no group of neurons named " + name);
        const auto n_before = static_cast<std::ptrdiff_t>(all.size());
        all.insert(all.end(), group->ids.begin(), group->ids.end());
        std::inplace_merge(all.begin(), all.begin() + n_before, all.end());
    }
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "experiment/known_populations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "experiment/config_reader.hpp"

namespace engram {

KnownPopulations::KnownPopulations(const Populations& populations, const ConfigProblems& problems)
    : populations_(populations), n_known_(populations.n_populations()) {
    if (!problems.concern("populations")) return;
    // Of the published network, the neurons of the first do not depend on the second.
    const bool only_n_inh = std::all_of(
        problems.list().begin(), problems.list().end(), [](const ConfigProblem& problem) {
            return !problem.key.starts_with("populations") || problem.key == "populations.n_inh";
        });
    n_known_ = only_n_inh ? 1 : 0;
}

bool KnownPopulations::knows(const Population& population) const {
    return static_cast<std::size_t>(&population - &populations_[0]) < n_known_;
}

bool KnownPopulations::may_be_excitatory(NeuronId id) const {
    if (n_known_ == 0) return id < most_neurons;
    return id < populations_[n_known_ - 1].end() && populations_.is_excitatory(id);
}

std::string KnownPopulations::excitatory_ids() const {
    if (n_known_ == 0) return integer_range<NeuronId>(0, most_neurons - 1);
    std::vector<std::pair<NeuronId, NeuronId>> ranges;  // [first, end), adjacent ones merged
    for (std::size_t p = 0; p < n_known_; ++p) {
        const Population& population = populations_[p];
        if (!population.is_excitatory()) continue;
        if (!ranges.empty() && ranges.back().second == population.first)
            ranges.back().second = population.end();
        else
            ranges.emplace_back(population.first, population.end());
    }
    if (ranges.empty()) return "of which there are none";
    std::string text;
    for (const auto& [first, end] : ranges)
        text += text.empty()
                    ? integer_range(first, end - 1)
                    : " or [" + std::to_string(first) + ", " + std::to_string(end - 1) + "]";
    return text;
}

bool KnownPopulations::is_empty(const std::string& group) const {
    const Population* population = populations_.find(group);
    return population != nullptr && knows(*population) && population->count == 0;
}

}  // namespace engram

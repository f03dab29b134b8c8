// SPDX-License-Identifier: Apache-2.0
#include "experiment/populations.hpp"

#include <algorithm>

namespace engram {

Populations::Populations(NeuronId n_exc, NeuronId n_inh)
    : Populations(std::vector<Population>{{"exc", PopulationKind::excitatory, 0, n_exc, {}, {}},
                                          {"inh", PopulationKind::inhibitory, 0, n_inh, {}, {}}}) {}

Populations::Populations(std::vector<Population> list) : list_(std::move(list)) {
    NeuronId first = 0;
    for (Population& population : list_) {
        population.first = first;
        first += population.count;
    }
}

const Population* Populations::find(const std::string& name) const {
    const auto found = std::find_if(list_.begin(), list_.end(),
                                    [&](const Population& p) { return p.name == name; });
    return found == list_.end() ? nullptr : &*found;
}

NeuronId Populations::count(PopulationKind kind) const {
    NeuronId sum = 0;
    for (const Population& population : list_)
        if (population.kind == kind) sum += population.count;
    return sum;
}

NeuronId Populations::excitatory_end() const {
    NeuronId last = 0;
    for (const Population& population : list_)
        if (population.is_excitatory()) last = population.end();
    return last;
}

}  // namespace engram

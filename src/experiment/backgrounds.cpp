// SPDX-License-Identifier: Apache-2.0
#include "experiment/backgrounds.hpp"

#include <algorithm>
#include <utility>

#include "experiment/conditions.hpp"

namespace engram {

BackgroundClasses::BackgroundClasses(const Experiment& experiment)
    : populations_(experiment.populations) {
    for (std::size_t p = 0; p < populations_.n_populations(); ++p) classes_.push_back({p, {}});
    std::map<NeuronId, std::vector<std::uint32_t>> parts_of;
    for (const BackgroundChange& change : experiment.background_changes) {
        const auto known = std::ranges::find(groups_, change.group, &Whom::names);
        group_of_change_.push_back(static_cast<std::uint32_t>(known - groups_.begin()));
        if (known != groups_.end()) continue;
        const std::uint32_t number = group_of_change_.back();
        Whom& whom = groups_.emplace_back();
        whom.names = change.group;
        const std::vector<NeuronId> ids = experiment.groups.members(change.group);
        for (const Population& population : populations_) {
            const auto first = std::ranges::lower_bound(ids, population.first);
            const auto end = std::lower_bound(first, ids.end(), population.end());
            const bool is_whole = static_cast<NeuronId>(end - first) == population.count;
            whom.wholes.push_back(is_whole && population.count > 0 ? 1 : 0);
            if (is_whole) continue;
            for (auto id = first; id != end; ++id) parts_of[*id].push_back(number);
        }
    }
    std::map<std::pair<std::size_t, std::vector<std::uint32_t>>, std::uint32_t> numbers;
    for (const auto& [id, parts] : parts_of) {
        const std::size_t population = populations_.index_of(id);
        const auto [entry, is_new] =
            numbers.try_emplace({population, parts}, static_cast<std::uint32_t>(classes_.size()));
        if (is_new) classes_.push_back({population, parts});
        class_of_part_.emplace_hint(class_of_part_.end(), id, entry->second);
    }
}

std::size_t BackgroundClasses::of(NeuronId neuron) const {
    const auto found = class_of_part_.find(neuron);
    return found != class_of_part_.end() ? found->second : populations_.index_of(neuron);
}

bool BackgroundClasses::is_concerned(std::size_t c, std::size_t change) const {
    const std::uint32_t group = group_of_change_[change];
    return groups_[group].wholes[classes_[c].population] != 0 ||
           std::ranges::binary_search(classes_[c].parts, group);
}

Backgrounds::Backgrounds(const Experiment& experiment) : classes_(experiment) {
    Setting usual;
    for (std::size_t c = 0; c < classes_.size(); ++c) {
        const std::size_t p = classes_.population_of(c);
        usual.push_back(number_of({p, experiment.background_of(experiment.populations[p])}));
    }
    number_of(usual);
    const std::vector<BackgroundChange>& changes = experiment.background_changes;
    std::map<Step, Setting> course;
    for (const BackgroundChange& change : changes) {
        const StepRange range = steps_of(experiment, change);
        course[range.begin] = course[range.end] = usual;
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const StepRange range = steps_of(experiment, changes[i]);
        const BackgroundParameters changed{changes[i].mean_nA, changes[i].sigma_wn_nA_sqrt_s};
        std::map<std::size_t, std::uint32_t> kind_of;  // by population
        for (std::size_t c = 0; c < classes_.size(); ++c) {
            if (!classes_.is_concerned(c, i)) continue;
            const std::size_t p = classes_.population_of(c);
            if (!kind_of.contains(p)) kind_of[p] = number_of({p, changed});
            for (auto at = course.find(range.begin); at->first < range.end; ++at)
                at->second[c] = kind_of[p];
        }
    }
    for (const auto& [step, setting] : course) course_[step] = number_of(setting);
}

std::uint32_t Backgrounds::number_of(const Kind& kind) {
    const auto found = std::ranges::find(kinds_, kind);
    const auto number = static_cast<std::uint32_t>(found - kinds_.begin());
    if (found == kinds_.end()) kinds_.push_back(kind);
    return number;
}

std::int32_t Backgrounds::number_of(const Setting& setting) {
    const auto found = std::ranges::find(settings_, setting);
    const auto number = static_cast<std::int32_t>(found - settings_.begin());
    if (found == settings_.end()) settings_.push_back(setting);
    return number;
}

}  // namespace engram

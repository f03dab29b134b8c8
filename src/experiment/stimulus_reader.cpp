// SPDX-License-Identifier: Apache-2.0
#include "experiment/stimulus_reader.hpp"

#include <type_traits>

#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"
#include "experiment/schemes.hpp"

namespace engram {
namespace {

void check_keys(ConfigReader& reader, const SchemeEntry& scheme) {
    std::string taken;
    for (const SchemeKey& key : scheme.keys) {
        if (!key.standard && !key.optional) reader.require(std::string(key.name));
        taken.append(taken.empty() ? "" : ", ").append(key.name);
    }
    keys::scheme.for_each([&](const auto& key) {
        if (reader.has(key.name) && scheme.find(key.name) == nullptr)
            reader.problem(key.name,
                           "is not used by scheme " + scheme.name + ", which takes " + taken);
    });
}

void check_spike_times(ConfigReader& reader, const std::vector<double>& times) {
    const std::string key = keys::name_of<&Stimulus::spike_times_ms>();
    if (!reader.has(key)) return;
    if (times.empty() && !reader.problems().concern(reader.path_of(key)))
        reader.problem(key, "must have at least one time");
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i] <= times[i - 1])  // not true of an item that is no time
            reader.problems().add(reader.path_of(key) + "[" + std::to_string(i) + "]",
                                  "must be ascending (" + number_text(times[i]) + " follows " +
                                      number_text(times[i - 1]) + ")");
}

//! \param entry  null if the scheme is unknown, and with it which of the keys are right
void read_scheme_keys(ConfigReader& reader, const SchemeEntry* entry, Stimulus& stimulus) {
    keys::scheme.for_each([&](const auto& key) {
        const SchemeKey* of_scheme = entry == nullptr ? nullptr : entry->find(key.name);
        if (entry != nullptr && of_scheme == nullptr) return;
        auto& target = stimulus.*key.member;
        auto kind = key.kind;
        if constexpr (std::is_same_v<decltype(kind), Range>)
            if (of_scheme != nullptr && of_scheme->lowest)
                kind = between(*of_scheme->lowest, kind.high);
        using Value = std::remove_cvref_t<decltype(target)>;
        if constexpr (std::is_arithmetic_v<Value>)
            if (of_scheme != nullptr) target = static_cast<Value>(of_scheme->standard.value_or(0));
        keys::read_value(reader, key.name, target, kind);
    });
    check_spike_times(reader, stimulus.spike_times_ms);
}

void check_group(ConfigReader& reader, const GroupNames& names, const KnownPopulations& known,
                 const Groups& groups) {
    const std::string key = keys::name_of<&Stimulus::group>();
    ConfigProblems& problems = reader.problems();
    if (!reader.has(key) || problems.concern(reader.path_of(key))) return;
    const bool is_list = reader.node(key)->kind == ConfigNode::Kind::list;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string path =
            reader.path_of(key) + (is_list ? "[" + std::to_string(i) + "]" : "");
        const Group* group = find_group(groups, names[i], path, problems);
        // Of the groups that are right and known, only those of populations can be empty.
        if (group != nullptr && known.is_empty(group->name))
            problems.add(path, "group '" + names[i] + "' has no neurons");
    }
}

Stimulus read_stimulus(ConfigReader reader, const std::string& name, const KnownPopulations& known,
                       const Groups& groups) {
    Stimulus stimulus;
    stimulus.name = name;
    stimulus.role = name.starts_with("recall") ? StimulusRole::recall : StimulusRole::learn;
    keys::read_keys(reader, keys::stimulus, stimulus);
    check_group(reader, stimulus.group, known, groups);

    const std::string scheme_key = keys::name_of<&Stimulus::scheme>();
    const bool has_scheme =
        reader.has(scheme_key) && !reader.problems().concern(reader.path_of(scheme_key));
    const SchemeEntry* entry = has_scheme ? &scheme_entry(stimulus.scheme) : nullptr;
    if (entry != nullptr) check_keys(reader, *entry);
    read_scheme_keys(reader, entry, stimulus);
    reader.finish();
    return stimulus;
}

}  // namespace

std::vector<Stimulus> read_stimuli(ConfigReader reader, const Populations& populations,
                                   const Groups& groups) {
    std::vector<Stimulus> stimuli;
    const KnownPopulations known(populations, reader.problems());
    for (const std::string& name : reader.keys()) {
        if (!is_valid_name(name))
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
        else
            stimuli.push_back(read_stimulus(reader.section(name), name, known, groups));
    }
    return stimuli;
}

}  // namespace engram

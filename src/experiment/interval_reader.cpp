// SPDX-License-Identifier: Apache-2.0
#include "experiment/interval_reader.hpp"

#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

template <class Section>
void read_section(const Section& section, ConfigReader& root, Experiment& experiment) {
    const bool is_absent = root.node(section.name) == nullptr;
    ConfigReader reader = root.section(section.name);
    std::vector<typename Section::Entry> intervals;
    for (const std::string& name : reader.keys()) {
        if (!is_valid_name(name)) {
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
            continue;
        }
        if (reader.node(name) == nullptr) {
            // Neither the whole run nor nothing, so that what is emptied has no silent effect.
            reader.problem(name, "is empty; write {} for the whole run, or leave it out");
            continue;
        }
        auto& interval = intervals.emplace_back();
        interval.name = name;
        ConfigReader entry = reader.section(name);
        section.for_each_part([&](const auto& part) { keys::read_keys(entry, part, interval); });
        entry.finish();
    }
    if (!Section::may_be_absent || !is_absent) experiment.*section.entries = std::move(intervals);
}

}  // namespace

void read_intervals(ConfigReader& root, Experiment& experiment) {
    keys::for_each_interval_section(
        [&](const auto& section) { read_section(section, root, experiment); });
}

}  // namespace engram

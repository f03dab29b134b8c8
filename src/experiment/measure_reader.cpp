// SPDX-License-Identifier: Apache-2.0
#include "experiment/measure_reader.hpp"

#include <algorithm>

#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

void check_groups(ConfigReader& reader, const GroupNames& names, const Experiment& experiment) {
    const std::string key = keys::name_of<&MeasureSettings::groups>();
    ConfigProblems& problems = reader.problems();
    if (problems.concern(reader.path_of(key))) return;
    if (names.size() > most_memories)
        return reader.problem(key, "has " + std::to_string(names.size()) + " groups; at most " +
                                       std::to_string(most_memories) + " are measured");
    const bool is_list = reader.node(key)->kind == ConfigNode::Kind::list;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string path =
            reader.path_of(key) + (is_list ? "[" + std::to_string(i) + "]" : "");
        if (names[i] == no_memory)
            problems.add(path, std::string("must not be '") + no_memory +
                                   "', which measures call the neurons of no group; give the group "
                                   "another name");
        const Group* group = find_group(experiment.groups, names[i], path, problems);
        if (group != nullptr && problems.sound({path}) &&
            std::ranges::none_of(
                group->ids, [&](NeuronId id) { return experiment.populations.is_excitatory(id); }))
            problems.add(path, "group '" + names[i] +
                                   "' has no excitatory neurons, of which memories consist");
    }
}

void check_window(ConfigReader& reader, const MeasureSettings& measures) {
    const std::string begin_key = keys::path_of<&MeasureSettings::recall_begin_s>();
    const std::string end_key = keys::path_of<&MeasureSettings::recall_end_s>();
    if (!reader.problems().sound({begin_key, end_key})) return;
    if (measures.recall_end_s <= measures.recall_begin_s)
        reader.problems().add(end_key, "must be greater than " + begin_key + " = " +
                                           number_text(measures.recall_begin_s) + " (is " +
                                           number_text(measures.recall_end_s) + ")");
    else if (measures.from_onset && measures.recall_end_s <= 0)
        reader.problems().add(
            end_key, "must be greater than 0, since no spikes before the onset count with " +
                         keys::path_of<&MeasureSettings::from_onset>() + " (is " +
                         number_text(measures.recall_end_s) + ")");
}

}  // namespace

MeasureSettings read_measures(ConfigReader reader, const Experiment& experiment) {
    MeasureSettings measures;
    keys::read_section(reader, keys::measures, measures);
    if (measures.groups) check_groups(reader, *measures.groups, experiment);
    check_window(reader, measures);
    const Recording& record = experiment.record;
    const std::string key = keys::name_of<&MeasureSettings::recorded_synapses>();
    if (measures.recorded_synapses && !record.synapses_if_present.empty())
        reader.problem(key, "needs the same synapses in every network; name them under " +
                                keys::path_of<&Recording::synapses>() + " or " +
                                keys::path_of<&Recording::selections>() + " instead of " +
                                keys::path_of<&Recording::synapses_if_present>());
    else if (measures.recorded_synapses && record.synapses.empty() && record.selections.empty())
        reader.problem(key, "needs synapses that are recorded; name them under " +
                                keys::path_of<&Recording::synapses>());
    return measures;
}

}  // namespace engram

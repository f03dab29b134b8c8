// SPDX-License-Identifier: Apache-2.0
#include "experiment/recording_reader.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

constexpr std::size_t most_recordings = 100;  // each has a file that is open

// To the decimal that is meant: 0.1 * 3 is not 0.3.
double rounded(double time_s) {
    return std::round(time_s * 1e9) / 1e9;
}

std::string item_path(const ConfigReader& reader, const std::string& key, std::size_t index) {
    return reader.path_of(key) + "[" + std::to_string(index) + "]";
}

// Ids, names of groups, or a list of both.
class NeuronList {
  public:
    NeuronList(ConfigProblems& problems, const Groups& groups, NeuronId size)
        : problems_(problems), groups_(groups), size_(size) {}

    void add(const ConfigNode& item, const std::string& path) {
        const bool is_name = item.kind == ConfigNode::Kind::scalar && !item.text.empty() &&
                             is_valid_name(item.text) && !to_number(item);
        if (is_name) {
            const Group* group = find_group(groups_, item.text, path, problems_);
            if (group != nullptr && has_room_for(*group, item, path))
                // One that is listed again ends it: many that name a group would take long.
                for (const NeuronId id : group->ids)
                    if (!add_id(id, item, path)) break;
        } else if (const auto id = to_integer<NeuronId>(item, 0, size_ - 1)) {
            add_id(*id, item, path);
        } else {
            problems_.add(
                item.place, path,
                must_be(integer_range<NeuronId>(0, size_ - 1) + " or the name of a group", item));
        }
    }

    const std::vector<NeuronId>& ids() const { return ids_; }

  private:
    bool has_room_for(const Group& group, const ConfigNode& item, const std::string& path) {
        if (ids_.size() + group.ids.size() <= most_recorded) return true;
        problems_.add(item.place, path,
                      "group " + group.name + " has " + std::to_string(group.ids.size()) +
                          " neurons; at most " + std::to_string(most_recorded) +
                          " can be recorded");
        return false;
    }

    //! Whether it is the first time.
    bool add_id(NeuronId id, const ConfigNode& item, const std::string& path) {
        if (seen_.insert(id).second) {
            ids_.push_back(id);
            return true;
        }
        if (repeated_.insert(path).second)
            problems_.add(item.place, path, "lists neuron " + std::to_string(id) + " again");
        return false;
    }

    ConfigProblems& problems_;
    const Groups& groups_;
    NeuronId size_;
    std::vector<NeuronId> ids_;
    std::set<NeuronId> seen_;
    std::set<std::string> repeated_;
};

std::vector<NeuronId> read_neurons(ConfigReader& reader, const Groups& groups, NeuronId size) {
    NeuronList list(reader.problems(), groups, size);
    const std::string key = keys::name_of<&TraceRecording::neurons>();
    const ConfigNode* node = reader.node(key);
    if (node == nullptr) return {};
    if (node->kind == ConfigNode::Kind::list) {
        for (std::size_t i = 0; i < node->children.size(); ++i)
            list.add(node->children[i], item_path(reader, key, i));
    } else {
        list.add(*node, reader.path_of(key));
    }
    return list.ids();
}

std::vector<RecordedSynapse> read_synapses(ConfigReader& reader, const std::string& key,
                                           const KnownPopulations& known) {
    std::vector<RecordedSynapse> synapses;
    std::set<std::pair<NeuronId, NeuronId>> seen;
    const std::string ends = known.excitatory_ids();
    std::size_t index = 0;
    for (const ConfigNode* item : reader.items(key)) {
        const std::string path = item_path(reader, key, index++);
        const auto problem = [&](const std::string& message) {
            reader.problems().add(item->place, path, message);
        };
        if (item->kind != ConfigNode::Kind::list || item->children.size() != 2) {
            problem("must be a pair [pre, post]");
            continue;
        }
        const auto pre = to_integer<NeuronId>(item->children[0], 0, known.end() - 1);
        const auto post = to_integer<NeuronId>(item->children[1], 0, known.end() - 1);
        if (!pre || !post || !known.may_be_excitatory(*pre) || !known.may_be_excitatory(*post))
            problem("both ends must be excitatory, " + ends + " (is [" +
                    item->children[0].description() + ", " + item->children[1].description() +
                    "])");
        else if (*pre == *post)
            problem("a neuron has no synapse onto itself (is [" + std::to_string(*pre) + ", " +
                    std::to_string(*post) + "])");
        else if (!seen.insert({*pre, *post}).second)
            problem("lists synapse [" + std::to_string(*pre) + ", " + std::to_string(*post) +
                    "] again");
        else
            synapses.push_back({*pre, *post});
    }
    return synapses;
}

std::vector<ExportBlock> read_export_blocks(ConfigReader& reader, NeuronId size) {
    const std::string key = keys::name_of<&Recording::export_blocks>();
    std::vector<ExportBlock> blocks;
    std::size_t index = 0;
    for (const ConfigNode* item : reader.items(key)) {
        const std::string path = item_path(reader, key, index++);
        const bool is_pair = item->kind == ConfigNode::Kind::list && item->children.size() == 2;
        const auto pre = is_pair ? to_integer<std::int64_t>(item->children[0], -1,
                                                            static_cast<std::int64_t>(size) - 1)
                                 : std::nullopt;
        const auto neuron =
            is_pair ? to_integer<NeuronId>(item->children[1], 0, size - 1) : std::nullopt;
        if (!pre || !neuron) {
            reader.problems().add(item->place, path,
                                  "must be a pair [pre, neuron] of ids in [0, " +
                                      std::to_string(size - 1) + "], with pre -1 for no synapse");
            continue;
        }
        ExportBlock block;
        if (*pre >= 0) block.pre = static_cast<NeuronId>(*pre);
        block.neuron = *neuron;
        blocks.push_back(block);
    }
    return blocks;
}

std::vector<SynapseSelection> read_selections(ConfigReader& reader, const Groups& groups) {
    const std::string key = keys::name_of<&TraceRecording::selections>();
    std::vector<SynapseSelection> selections;
    std::size_t index = 0;
    for (const ConfigNode* item : reader.items(key)) {
        ConfigReader entry(item, item_path(reader, key, index++), reader.problems());
        SynapseSelection selection;
        keys::read_section(entry, keys::selection, selection);
        const auto check = [&](const std::string& group, const char* end) {
            const std::string path = entry.path_of(end);
            if (!reader.problems().concern(path))
                find_group(groups, group, path, reader.problems());
        };
        check(selection.from, keys::name_of<&SynapseSelection::from>());
        check(selection.to, keys::name_of<&SynapseSelection::to>());
        selections.push_back(selection);
    }
    return selections;
}

void check_spikes(ConfigReader& reader, const std::optional<GroupNames>& names,
                  const Groups& groups) {
    const std::string key = keys::name_of<&Recording::spikes>();
    if (!names || reader.problems().concern(reader.path_of(key))) return;
    const bool is_list = reader.node(key)->kind == ConfigNode::Kind::list;
    for (std::size_t i = 0; i < names->size(); ++i)
        find_group(groups, (*names)[i], is_list ? item_path(reader, key, i) : reader.path_of(key),
                   reader.problems());
}

// A list of times, or {every_s: ..., from_s: ..., to_s: ...}.
std::vector<double> read_snapshots(ConfigReader& reader, double duration_s) {
    const std::string key = keys::name_of<&Recording::snapshots_s>();
    std::vector<double> times_s;
    const ConfigNode* node = reader.node(key);
    if (node == nullptr || node->kind != ConfigNode::Kind::map) {
        reader.numbers(key, times_s, between(0, longest_time_s));
        return times_s;
    }
    ConfigReader entry = reader.section(key);
    RegularTimes times;
    keys::read_section(entry, keys::regular_times, times);
    const std::string path = reader.path_of(key);
    if (reader.problems().concern(path) || !(duration_s > 0)) return {};
    const double to_s = std::min(times.to_s.value_or(duration_s), duration_s);
    const double n = std::floor((to_s - times.from_s) / times.every_s * (1 + 1e-12) + 1e-9) + 1;
    if (n < 1)
        reader.problem(key, "has no times from " + number_text(times.from_s) + " s to " +
                                number_text(to_s) + " s");
    else if (n > static_cast<double>(most_snapshots))
        reader.problem(key, "stands for " + number_text(n) + " snapshots; at most " +
                                std::to_string(most_snapshots) + " are taken");
    else
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
            times_s.push_back(rounded(times.from_s + static_cast<double>(i) * times.every_s));
    return times_s;
}

// What the section and each of its recordings have in common.
void read_traces(ConfigReader& reader, TraceRecording& recording, const KnownPopulations& known,
                 const Groups& groups) {
    recording.neurons = read_neurons(reader, groups, known.end());
    recording.synapses = read_synapses(reader, keys::name_of<&TraceRecording::synapses>(), known);
    recording.synapses_if_present =
        read_synapses(reader, keys::name_of<&TraceRecording::synapses_if_present>(), known);
    recording.selections = read_selections(reader, groups);
    keys::read_keys(reader, keys::trace_recording, recording);
}

// Empty lists are what is left of synapses that are recorded if present.
bool names_anything(ConfigReader& reader) {
    return reader.node(keys::name_of<&TraceRecording::neurons>()) != nullptr ||
           reader.node(keys::name_of<&TraceRecording::synapses>()) != nullptr ||
           reader.node(keys::name_of<&TraceRecording::synapses_if_present>()) != nullptr ||
           reader.node(keys::name_of<&TraceRecording::selections>()) != nullptr;
}

std::vector<TraceRecording> read_named(ConfigReader reader, const KnownPopulations& known,
                                       const Groups& groups) {
    std::vector<TraceRecording> recordings;
    for (const std::string& name : reader.keys()) {
        if (!is_valid_name(name)) {
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
            continue;
        }
        if (recordings.size() == most_recordings) {
            reader.problem(name, "is one too many; at most " + std::to_string(most_recordings) +
                                     " recordings can be named");
            break;
        }
        TraceRecording recording;
        recording.name = name;
        ConfigReader entry = reader.section(name);
        read_traces(entry, recording, known, groups);
        keys::read_keys(entry, keys::named_recording, recording);
        entry.finish();
        if (!names_anything(entry))
            reader.problem(name, "records nothing; name " +
                                     std::string(keys::name_of<&TraceRecording::neurons>()) +
                                     " or " + keys::name_of<&TraceRecording::synapses>());
        recordings.push_back(std::move(recording));
    }
    return recordings;
}

}  // namespace

Recording read_recording(ConfigReader reader, const Populations& populations, const Groups& groups,
                         double duration_s) {
    Recording record;
    const KnownPopulations known(populations, reader.problems());
    read_traces(reader, record, known, groups);
    record.export_blocks = read_export_blocks(reader, known.end());
    record.named = read_named(reader.section(keys::name_of<&Recording::named>()), known, groups);
    keys::read_keys(reader, keys::record, record);
    record.snapshots_s = read_snapshots(reader, duration_s);
    check_spikes(reader, record.spikes, groups);
    reader.finish();
    return record;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_header.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "base/errors.hpp"
#include "base/version.hpp"
#include "io/output_directory.hpp"

namespace engram {

using nlohmann::json;

namespace {

// Behind the name of a population.
const std::string spikes_suffix = "_spikes";
const std::string silent_resets_suffix = "_silent_resets";

constexpr int deepest_nesting = 8;            // a header needs 4
constexpr std::size_t most_values = 4 << 20;  // as of a configuration

json as_json(const RecordMark& mark) {
    json gaps = json::array();
    for (const RecordGap& gap : mark.gaps)
        gaps.push_back({{"begin", gap.begin},
                        {"end", gap.end},
                        {"first", gap.first},
                        {"count", gap.count},
                        {"checksum", gap.checksum}});
    json text = {{"count", mark.n_records}, {"checksum", mark.checksum}};
    if (!gaps.empty()) text["gaps"] = std::move(gaps);
    return text;
}

json as_json(const SnapshotMark& mark, const std::string& file) {
    json text = {{"file", file}, {"step", mark.step}, {"checksum", mark.checksum}};
    if (mark.lost) text["lost"] = true;
    return text;
}

// Their marks, in the order of the configuration; absent if there are none.
constexpr const char* named_recordings = "named_recordings";

const char* name_of(PhaseKind kind) {
    return kind == PhaseKind::spiking ? "spiking" : "consolidation";
}

// What is wrong with a header.
struct Fault {
    std::string text;
};

// JSON of bounded depth and size, without keys that are given twice.
json parse_json(const std::string& text) {
    using Event = json::parse_event_t;
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    std::size_t n_values = 0;
    const auto check = [&](int depth, Event event, json& value) {
        if (depth > deepest_nesting) throw Fault{"it is nested too deeply"};
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key && !keys.back().insert(value.get<std::string>()).second)
            throw Fault{"the key '" + value.get<std::string>() + "' is given twice"};
        if (++n_values > most_values) throw Fault{"it holds too many values"};
        return true;
    };
    try {
        return json::parse(text, check);
    } catch (const json::exception&) {
        throw Fault{"it is no JSON text"};
    }
}

// Reads the members of an object, each as what it must be.
class Members {
  public:
    //! \param where  for messages, e.g. "phases[2]."; empty: the header itself
    Members(const json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) throw Fault{where_ + " must be a map"};
    }

    bool has(const std::string& key) const { return object_.contains(key); }
    const std::string& text(const std::string& key) const {
        return of_type(key, &json::is_string, "a text").get_ref<const std::string&>();
    }
    bool flag(const std::string& key) const {
        return of_type(key, &json::is_boolean, "true or false").get<bool>();
    }
    double number(const std::string& key) const {
        return of_type(key, &json::is_number, "a number").get<double>();
    }
    //! Neither negative nor too large for a step.
    std::int64_t integer(const std::string& key) const {
        const json& value = of_type(key, &json::is_number_unsigned, "an integer of at least 0");
        const auto number = value.get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(largest_integer)) fail(key, "is too large");
        return static_cast<std::int64_t>(number);
    }
    std::uint64_t checksum(const std::string& key) const {
        return of_type(key, &json::is_number_unsigned, "an unsigned integer").get<std::uint64_t>();
    }
    const json& list(const std::string& key) const {
        return of_type(key, &json::is_array, "a list");
    }
    Members map(const std::string& key) const {
        return {of_type(key, &json::is_object, "a map"), where_ + key + "."};
    }
    //! Of a member, for messages.
    std::string name_of(const std::string& key) const { return where_ + key; }
    //! Calls use(key) for each.
    template <class Use>
    void for_each_key(const Use& use) const {
        for (const auto& entry : object_.items()) use(entry.key());
    }
    [[noreturn]] void fail(const std::string& key, const std::string& problem) const {
        throw Fault{where_ + key + " " + problem};
    }

  private:
    static constexpr std::int64_t largest_integer = std::int64_t{1} << 62;

    const json& of_type(const std::string& key, bool (json::*is)() const noexcept,
                        const std::string& type) const {
        const auto found = object_.find(key);
        if (found == object_.end()) fail(key, "is missing");
        if (!((*found).*is)()) fail(key, "must be " + type);
        return *found;
    }

    const json& object_;
    std::string where_;
};

// Calls read(members, index) for each map of a list.
template <class Read>
void for_each_map(const Members& owner, const std::string& key, const Read& read) {
    std::size_t index = 0;
    for (const json& entry : owner.list(key)) {
        read(Members(entry, owner.name_of(key) + "[" + std::to_string(index) + "]."), index);
        ++index;
    }
}

PhaseKind read_kind(const Members& phase) {
    for (const PhaseKind kind : {PhaseKind::spiking, PhaseKind::consolidation})
        if (phase.text("kind") == name_of(kind)) return kind;
    phase.fail("kind", "must be spiking or consolidation");
}

PhaseReport read_report(const Members& phase) {
    PhaseReport report;
    report.phase = {read_kind(phase), phase.text("label"), phase.integer("begin"),
                    phase.integer("end")};
    report.wall_s = phase.number("wall_s");
    phase.for_each_key([&](const std::string& key) {
        const auto take = [&](const std::string& suffix,
                              std::map<std::string, std::uint64_t>& counts) {
            if (key.ends_with(suffix))
                counts[key.substr(0, key.size() - suffix.size())] =
                    static_cast<std::uint64_t>(phase.integer(key));
        };
        take(spikes_suffix, report.spikes);
        take(silent_resets_suffix, report.silent_resets);
    });
    return report;
}

RecordMark read_record_mark(const Members& mark) {
    RecordMark read{static_cast<std::uint64_t>(mark.integer("count")), mark.checksum("checksum")};
    if (mark.has("gaps"))
        for_each_map(mark, "gaps", [&](const Members& gap, std::size_t) {
            read.gaps.push_back({gap.integer("begin"), gap.integer("end"),
                                 static_cast<std::uint64_t>(gap.integer("first")),
                                 static_cast<std::uint64_t>(gap.integer("count")),
                                 gap.checksum("checksum")});
        });
    return read;
}

// Names are for people: a file is found by its place in the list.
SnapshotMark read_snapshot_mark(const Members& mark, std::size_t index) {
    const std::string expected = OutputDirectory::snapshot_name(static_cast<int>(index));
    if (mark.text("file") != expected) mark.fail("file", "must be " + expected);
    return {mark.integer("step"), mark.checksum("checksum"), mark.has("lost") && mark.flag("lost")};
}

CheckpointHeader read_header(const Members& members) {
    CheckpointHeader header;
    header.position.phase_index = members.integer("phase_index");
    header.position.step = members.integer("step");
    header.position.within_phase = members.flag("within_phase");
    header.position.reference = members.integer("reference_step");
    for_each_map(members, "phases", [&](const Members& phase, std::size_t) {
        header.position.reports.push_back(read_report(phase));
    });
    header.recordings.spikes = read_record_mark(members.map("recorded_spikes"));
    header.recordings.traces = {read_record_mark(members.map("recorded_trace_rows"))};
    if (members.has(named_recordings))
        for_each_map(members, named_recordings, [&](const Members& mark, std::size_t) {
            header.recordings.traces.push_back(read_record_mark(mark));
        });
    for_each_map(members, "snapshots", [&](const Members& mark, std::size_t index) {
        header.recordings.snapshots.push_back(read_snapshot_mark(mark, index));
    });
    const Members checksums = members.map("checksums");
    checksums.for_each_key(
        [&](const std::string& key) { header.checksums[key] = checksums.checksum(key); });
    header.configuration = members.text("configuration");
    return header;
}

}  // namespace

std::string header_text(const CheckpointHeader& header) {
    json reports = json::array();
    for (const PhaseReport& report : header.position.reports) {
        json entry = {{"kind", name_of(report.phase.kind)},
                      {"label", report.phase.label},
                      {"begin", report.phase.begin},
                      {"end", report.phase.end},
                      {"wall_s", report.wall_s}};
        for (const auto& [population, count] : report.spikes)
            entry[population + spikes_suffix] = count;
        for (const auto& [population, count] : report.silent_resets)
            entry[population + silent_resets_suffix] = count;
        reports.push_back(std::move(entry));
    }
    json snapshots = json::array();
    for (const SnapshotMark& mark : header.recordings.snapshots)
        snapshots.push_back(
            as_json(mark, OutputDirectory::snapshot_name(static_cast<int>(snapshots.size()))));
    json text = {{"engram_version", version()},
                 {"engram_commit", commit()},
                 {"phase_index", header.position.phase_index},
                 {"step", header.position.step},
                 {"within_phase", header.position.within_phase},
                 {"reference_step", header.position.reference},
                 {"phases", reports},
                 {"recorded_spikes", as_json(header.recordings.spikes)},
                 {"recorded_trace_rows", as_json(header.recordings.traces.at(0))},
                 {"snapshots", snapshots},
                 {"checksums", header.checksums},
                 {"configuration", header.configuration}};
    for (std::size_t i = 1; i < header.recordings.traces.size(); ++i)
        text[named_recordings].push_back(as_json(header.recordings.traces[i]));
    return text.dump(1);
}

CheckpointHeader parse_header(const std::string& text, const std::string& path) {
    try {
        return read_header(Members(parse_json(text), ""));
    } catch (const Fault& fault) {
        throw FileError(path, "the header is damaged: " + fault.text + "; use another checkpoint");
    }
}

}  // namespace engram

#include "experiment/stimulus_reader.hpp"

#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/parameter_fields.hpp"
#include "experiment/schemes.hpp"

namespace engram {
namespace {

constexpr Range time_s = between(0, longest_time_s);
constexpr Range inputs = between(0, 1e9);
constexpr Range rate_Hz = between(0, 1e9);

std::vector<std::string> all_scheme_keys() {
    return {"start_s", "duration_s", "n_inputs", "rate_Hz", "spike_times_ms"};
}

void check_keys(ConfigReader& reader, const SchemeEntry& scheme) {
    std::string taken;
    for (const SchemeKey& key : scheme.keys) {
        if (key.required) reader.require(key.name);
        taken += (taken.empty() ? "" : ", ") + key.name;
    }
    for (const std::string& key : all_scheme_keys())
        if (reader.has(key) && !scheme_takes(scheme, key))
            reader.problem(key, "is not used by scheme " + scheme.name + ", which takes " + taken);
}

void read_numbers(ConfigReader& reader, const SchemeEntry& scheme, Stimulus& stimulus) {
    stimulus.duration_s = scheme.standard_duration_s;
    const Range duration_range = scheme.shortest_duration_s > 0
                                     ? between(scheme.shortest_duration_s, longest_time_s)
                                     : above_0_up_to(longest_time_s);
    const auto read = [&](const char* key, double& target, Range range) {
        if (scheme_takes(scheme, key)) reader.number(key, target, range);
    };
    read("start_s", stimulus.start_s, time_s);
    read("duration_s", stimulus.duration_s, duration_range);
    read("n_inputs", stimulus.n_inputs, inputs);
    read("rate_Hz", stimulus.rate_Hz, rate_Hz);
}

void read_spike_times(ConfigReader& reader, std::vector<double>& times) {
    const std::string key = "spike_times_ms";
    reader.numbers(key, times, between(0, 1000.0 * longest_time_s));
    if (!reader.has(key)) return;
    if (times.empty() && !reader.problems().concern(reader.path_of(key)))
        reader.problem(key, "must have at least one time");
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i] <= times[i - 1])  // not true of an item that is no time
            reader.problems().add(reader.path_of(key) + "[" + std::to_string(i) + "]",
                                  "must be ascending (" + number_text(times[i]) + " follows " +
                                      number_text(times[i - 1]) + ")");
}

void read_group(ConfigReader& reader, Stimulus& stimulus, const Populations& populations,
                const std::vector<Group>& groups) {
    reader.require("group").text("group", stimulus.group);
    const std::string path = reader.path_of("group");
    if (!reader.has("group") || reader.problems().concern(path)) return;
    const Group* group = find_group(groups, stimulus.group, path, reader.problems());
    // Of the groups that are right and known, only those of populations can be empty.
    if (group != nullptr && KnownPopulations(populations, reader.problems()).is_empty(group->name))
        reader.problem("group", "group '" + stimulus.group + "' has no neurons");
}

Stimulus read_stimulus(ConfigReader reader, const std::string& name, const Populations& populations,
                       const std::vector<Group>& groups) {
    Stimulus stimulus;
    stimulus.name = name;

    auto scheme = static_cast<std::size_t>(stimulus.scheme);
    reader.require("scheme").word("scheme", scheme, scheme_names());
    stimulus.scheme = static_cast<Scheme>(scheme);
    read_group(reader, stimulus, populations, groups);

    std::size_t role = name.starts_with("recall") ? 1 : 0;
    reader.word("role", role, {"learn", "recall"});
    stimulus.role = role == 1 ? StimulusRole::recall : StimulusRole::learn;

    if (reader.has("scheme") && !reader.problems().concern(reader.path_of("scheme"))) {
        const SchemeEntry& entry = scheme_entry(stimulus.scheme);
        check_keys(reader, entry);
        read_numbers(reader, entry, stimulus);
        if (scheme_takes(entry, "spike_times_ms"))
            read_spike_times(reader, stimulus.spike_times_ms);
    } else {
        // Without a scheme it is unknown which of these are right; none may be negative.
        double ignored = 0;
        reader.number("start_s", ignored, time_s);
        reader.number("duration_s", ignored, time_s);
        reader.number("n_inputs", ignored, inputs);
        reader.number("rate_Hz", ignored, rate_Hz);
        read_spike_times(reader, stimulus.spike_times_ms);
    }
    reader.finish();
    return stimulus;
}

}  // namespace

std::vector<Stimulus> read_stimuli(ConfigReader reader, const Populations& populations,
                                   const std::vector<Group>& groups) {
    std::vector<Stimulus> stimuli;
    for (const std::string& name : reader.keys()) {
        if (!is_valid_name(name))
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
        else
            stimuli.push_back(read_stimulus(reader.section(name), name, populations, groups));
    }
    return stimuli;
}

}  // namespace engram

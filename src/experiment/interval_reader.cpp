// SPDX-License-Identifier: Apache-2.0
#include "experiment/interval_reader.hpp"

#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

template <class SomeInterval>
std::vector<SomeInterval> read_section(ConfigReader reader) {
    std::vector<SomeInterval> intervals;
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
        SomeInterval interval;
        interval.name = name;
        ConfigReader entry = reader.section(name);
        if constexpr (std::is_same_v<SomeInterval, Neuromodulation>)
            keys::read_keys(entry, keys::neuromodulation, interval);
        if constexpr (std::is_same_v<SomeInterval, BackgroundChange>)
            keys::read_keys(entry, keys::background_change, interval);
        keys::read_keys(entry, keys::interval, interval);
        entry.finish();
        intervals.push_back(std::move(interval));
    }
    return intervals;
}

}  // namespace

void read_intervals(ConfigReader& root, Experiment& experiment) {
    // An empty map differs from none: there is no neuromodulator, at any time.
    const bool is_modulated = root.node(keys::neuromodulation_section) != nullptr;
    auto modulation = read_section<Neuromodulation>(root.section(keys::neuromodulation_section));
    if (is_modulated) experiment.neuromodulation = std::move(modulation);
    experiment.background_changes =
        read_section<BackgroundChange>(root.section(keys::background_changes_section));
    experiment.plasticity_off = read_section<Interval>(root.section(keys::plasticity_off_section));
    experiment.spiking_windows =
        read_section<Interval>(root.section(keys::spiking_windows_section));
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "experiment/arbor_settings.hpp"

#include <algorithm>
#include <optional>

#include "base/number_text.hpp"
#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

const std::vector<std::string>& sample_keys() {
    static const std::vector<std::string> keys = {
        keys::path_of<&Recording::neurons>(), keys::path_of<&Recording::synapses>(),
        keys::path_of<&Recording::synapses_if_present>(), keys::path_of<&Recording::selections>(),
        keys::path_of<&Recording::export_blocks>()};
    return keys;
}

const ConfigNode* find(const ConfigNode& root, std::initializer_list<const char*> path) {
    const ConfigNode* node = &root;
    for (const char* key : path) {
        node = node->kind == ConfigNode::Kind::map ? node->find(key) : nullptr;
        if (node == nullptr) return nullptr;
    }
    return node;
}

ConfigNode* find(ConfigNode& root, std::initializer_list<const char*> path) {
    return const_cast<ConfigNode*>(find(static_cast<const ConfigNode&>(root), path));
}

// Of the file itself, not of a setting.
bool is_of(const std::string& file, const ConfigNode* node) {
    return node != nullptr && node->place.file() == file;
}

std::optional<double> number_of(const ConfigNode* node) {
    return node == nullptr ? std::nullopt : to_number(*node);
}

// Keeps the spikes before the end. Whether there are any.
bool cut_spikes(ConfigNode& times, double end_ms) {
    std::erase_if(times.children,
                  [&](const ConfigNode& time) { return number_of(&time).value_or(0) >= end_ms; });
    return !times.children.empty();
}

class LateEvents {
  public:
    LateEvents(ConfigNode& root, const std::string& file, double end_s,
               std::vector<std::string>& notices)
        : root_(root), file_(file), end_s_(end_s), notices_(notices) {}

    void take_out() {
        for (const char* role : {"learn", "recall"}) take_out_stimulus(role);
        ConfigNode* changes = find(root_, {keys::background_changes_section});
        if (changes == nullptr || changes->kind != ConfigNode::Kind::map) return;
        for (const std::string& name : std::vector<std::string>(changes->keys)) {
            const ConfigNode* start = find(*changes, {name.c_str(), "start_s"});
            if (!is_of(file_, start) || number_of(start).value_or(0) < end_s_) continue;
            changes->remove(name);
            notices_.emplace_back("bg_protocol begins after the end of the run; there is none");
        }
    }

  private:
    void take_out_stimulus(const std::string& role) {
        const ConfigNode* start = find(root_, {"stimuli", role.c_str(), "start_s"});
        ConfigNode* times = find(root_, {"stimuli", role.c_str(), "spike_times_ms"});
        const bool begins_late = is_of(file_, start) && number_of(start).value_or(0) >= end_s_;
        const bool ends_empty = is_of(file_, times) && times->kind == ConfigNode::Kind::list &&
                                !cut_spikes(*times, end_s_ * 1e3);
        if (!begins_late && !ends_empty) return;
        find(root_, {"stimuli"})->remove(role);
        std::string text = role + "_protocol begins after the end of the run, " +
                           number_text(end_s_) + " s, and is left out";
        if (role == "learn") {
            set_value(root_,
                      std::string(keys::spiking_windows_section) + ".before_learning.start_s",
                      ConfigNode::scalar("0", false, Place(file_, 0)));
            text += "; until there the run is spiking";
        }
        notices_.push_back(text);
    }

    ConfigNode& root_;
    std::string file_;
    double end_s_;
    std::vector<std::string>& notices_;
};

}  // namespace

void take_out_replaced_samples(ConfigNode& root, const std::vector<std::string>& overrides) {
    const bool replaces = std::ranges::any_of(overrides, [](const std::string& text) {
        return std::ranges::count(sample_keys(), text.substr(0, text.find('='))) > 0;
    });
    ConfigNode* record = find(root, {keys::record.name});
    if (!replaces || record == nullptr) return;
    for (const std::string& key : sample_keys()) record->remove(key.substr(key.find('.') + 1));
}

void take_out_what_is_late(ConfigNode& root, const std::string& file,
                           std::vector<std::string>& notices) {
    // Points of a sweep may be longer.
    if (find(root, {"sweep", "simulation", "duration_s"}) != nullptr) return;
    const std::optional<double> end_s = number_of(find(root, {"simulation", "duration_s"}));
    if (end_s) LateEvents(root, file, *end_s, notices).take_out();
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "analysis/memories.hpp"

#include <algorithm>

#include "experiment/measure_reader.hpp"
#include "experiment/stimulation.hpp"

namespace engram {
namespace {

struct TimedStimulus {
    const Stimulus* stimulus;
    Step onset;
    std::vector<char> reached;  // excitatory neurons
};

std::vector<TimedStimulus> by_onset(const Experiment& experiment) {
    std::vector<TimedStimulus> all;
    for (const Stimulus& stimulus : experiment.stimuli) {
        const StepRange extent = stimulus_extent(experiment, stimulus);
        if (extent.begin < extent.end)
            all.push_back(
                {&stimulus, extent.begin,
                 excitatory_marks(experiment.populations, experiment.receivers(stimulus))});
    }
    std::ranges::stable_sort(all, {}, &TimedStimulus::onset);
    return all;
}

std::string joined_name(const GroupNames& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " + ") + name;
    return text;
}

std::size_t n_marked(const std::vector<char>& marks) {
    return static_cast<std::size_t>(std::ranges::count(marks, 1));
}

std::size_t n_shared(const std::vector<char>& a, const std::vector<char>& b) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < a.size(); ++i) n += a[i] != 0 && b[i] != 0 ? 1 : 0;
    return n;
}

std::vector<Memory> learning_groups(const std::vector<TimedStimulus>& stimuli) {
    std::vector<Memory> memories;
    for (const TimedStimulus& timed : stimuli) {
        if (timed.stimulus->role != StimulusRole::learn || n_marked(timed.reached) == 0) continue;
        const bool is_known = std::ranges::any_of(memories, [&](const Memory& memory) {
            return memory.setting.is_assembly == timed.reached;
        });
        if (is_known) continue;
        Memory& memory = memories.emplace_back();
        memory.name = joined_name(timed.stimulus->group);
        memory.setting.is_assembly = timed.reached;
    }
    return memories;
}

std::vector<Memory> named_groups(const Experiment& experiment) {
    std::vector<Memory> memories;
    for (const std::string& name : *experiment.measures.groups) {
        Memory& memory = memories.emplace_back();
        memory.name = name;
        memory.setting.is_assembly =
            excitatory_marks(experiment.populations, experiment.group(name).ids);
    }
    return memories;
}

// By memory, in the order of their onsets.
std::vector<std::vector<const TimedStimulus*>> owned_stimuli(
    const std::vector<Memory>& memories, const std::vector<TimedStimulus>& stimuli) {
    std::vector<std::vector<const TimedStimulus*>> owned(memories.size());
    for (const TimedStimulus& timed : stimuli) {
        std::vector<std::size_t> shared;
        for (const Memory& memory : memories)
            shared.push_back(n_shared(memory.setting.is_assembly, timed.reached));
        const std::size_t most = shared.empty() ? 0 : *std::ranges::max_element(shared);
        for (std::size_t i = 0; i < memories.size(); ++i)
            if (most > 0 && shared[i] == most) owned[i].push_back(&timed);
    }
    return owned;
}

void find_windows(const Experiment& experiment, const std::vector<const TimedStimulus*>& owned,
                  RecallSetting& setting) {
    const TimedStimulus* learn = nullptr;
    const TimedStimulus* recall = nullptr;
    for (const TimedStimulus* timed : owned) {
        if (timed->stimulus->role == StimulusRole::learn) {
            if (learn == nullptr) {
                learn = timed;
                recall = nullptr;
            }
        } else if (learn == nullptr || timed->onset > learn->onset) {
            // Of those that begin together the first in the configuration.
            if (recall == nullptr || timed->onset > recall->onset) recall = timed;
        }
    }
    if (learn != nullptr) setting.reference = reference_window(experiment, *learn->stimulus);
    if (recall != nullptr) setting.recall = recall_window(experiment, *recall->stimulus);
    setting.is_recalled =
        recall != nullptr ? recall->reached : std::vector<char>(setting.is_assembly.size(), 0);
}

}  // namespace

std::vector<Memory> measured_memories(const Experiment& experiment) {
    const std::vector<TimedStimulus> stimuli = by_onset(experiment);
    std::vector<Memory> memories;
    if (experiment.measures.groups) {
        memories = named_groups(experiment);
    } else {
        memories = learning_groups(stimuli);
        const bool is_ambiguous = std::ranges::any_of(
            memories, [](const Memory& memory) { return memory.name == no_memory; });
        if (memories.size() < 2 || memories.size() > most_memories || is_ambiguous) return {};
    }
    const auto owned = owned_stimuli(memories, stimuli);
    std::vector<char> any(experiment.populations.size(), 0);
    for (const Memory& memory : memories)
        for (std::size_t i = 0; i < any.size(); ++i) any[i] |= memory.setting.is_assembly[i];
    for (std::size_t i = 0; i < memories.size(); ++i) {
        find_windows(experiment, owned[i], memories[i].setting);
        memories[i].setting.is_other = any;
    }
    return memories;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "experiment/schedule.hpp"

#include <algorithm>

#include "experiment/conditions.hpp"
#include "experiment/stimulation.hpp"

namespace engram {
namespace {

constexpr double consolidate_min_s = 25.0;  // shorter runs without stimuli are background activity

// Steps [begin, end) that need detailed computation, and for whose sake.
struct Window {
    Step begin = 0;
    Step end = 0;
    bool learn = false;
    bool recall = false;
};

std::string label_of(bool learn, bool recall) {
    if (learn && recall) return "learn+recall";
    if (learn) return "learn";
    return recall ? "recall" : "background";
}

std::vector<Window> spiking_windows(const Experiment& experiment) {
    const Step duration = experiment.duration_steps();
    std::vector<Window> windows;
    for (const Stimulus& stimulus : experiment.stimuli) {
        const StepRange extent = stimulus_extent(experiment, stimulus);
        if (extent.begin >= std::min(extent.end, duration)) continue;
        Window window;
        const Step before =
            experiment.steps_from_s(stimulus.margin_before_s.value_or(experiment.margin_before_s));
        const Step after =
            experiment.steps_from_s(stimulus.margin_after_s.value_or(experiment.margin_after_s));
        window.begin = std::max<Step>(extent.begin - before, 0);
        window.end = std::min(extent.end + after, duration);
        window.learn = stimulus.role == StimulusRole::learn;
        window.recall = stimulus.role == StimulusRole::recall;
        windows.push_back(window);
    }
    for (const Interval& interval : experiment.spiking_windows) {
        const StepRange range = steps_of(experiment, interval);
        if (range.begin < range.end) windows.push_back({range.begin, range.end});
    }
    std::sort(windows.begin(), windows.end(),
              [](const Window& a, const Window& b) { return a.begin < b.begin; });
    return windows;
}

// Joins sorted windows that touch or overlap.
std::vector<Window> merge(const std::vector<Window>& windows) {
    std::vector<Window> merged;
    for (const Window& window : windows) {
        if (merged.empty() || window.begin > merged.back().end) {
            merged.push_back(window);
            continue;
        }
        Window& last = merged.back();
        last.end = std::max(last.end, window.end);
        last.learn = last.learn || window.learn;
        last.recall = last.recall || window.recall;
    }
    return merged;
}

std::vector<Phase> tile(const std::vector<Window>& windows, Step duration) {
    std::vector<Phase> phases;
    Step reached = 0;
    const auto consolidate_until = [&](Step end) {
        if (reached < end)
            phases.push_back({PhaseKind::consolidation, "consolidate", reached, end});
    };
    for (const Window& window : windows) {
        consolidate_until(window.begin);
        phases.push_back(
            {PhaseKind::spiking, label_of(window.learn, window.recall), window.begin, window.end});
        reached = window.end;
    }
    consolidate_until(duration);
    return phases;
}

std::string joined_labels(const std::vector<Phase>& phases) {
    std::string name;
    for (const Phase& phase : phases) name += (name.empty() ? "" : " - ") + phase.label;
    return name;
}

// The published names cover one window, or learning and later recall; others list their phases.
std::string name_of(const std::vector<Window>& windows, const std::vector<Phase>& phases) {
    const auto label = [&](std::size_t i) { return label_of(windows[i].learn, windows[i].recall); };
    if (windows.size() == 1 && label(0) == "learn+recall") return "learn+recall";
    if (windows.size() == 1 && label(0) == "recall")
        return windows[0].begin > 0 ? "consolidate - recall" : "recall";
    if (windows.size() == 2 && label(0) == "learn" && label(1) == "recall")
        return "learn - consolidate - recall";
    return joined_labels(phases);
}

Schedule single_phase(PhaseKind kind, const std::string& name, Step duration) {
    return {name, {{kind, name, 0, duration}}};
}

}  // namespace

Schedule make_schedule(const Experiment& experiment) {
    const Step duration = experiment.duration_steps();
    std::vector<Window> windows = merge(spiking_windows(experiment));

    if (experiment.fast_forward == FastForward::off) {
        bool learn = false;
        bool recall = false;
        for (const Window& window : windows) {
            learn = learn || window.learn;
            recall = recall || window.recall;
        }
        return single_phase(PhaseKind::spiking, label_of(learn, recall), duration);
    }
    if (windows.empty()) {
        if (duration >= experiment.steps_from_s(consolidate_min_s))
            return single_phase(PhaseKind::consolidation, "consolidate", duration);
        return single_phase(PhaseKind::spiking, "background", duration);
    }

    // Learning is preceded by background activity, not by consolidation: nothing was learnt yet.
    if (windows.front().learn) windows.front().begin = 0;
    const std::vector<Phase> phases = tile(windows, duration);
    return {name_of(windows, phases), phases};
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_phases.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace engram::test {

std::vector<DensePhase> dense_phases(const Experiment& experiment, const DenseStimuli& stimuli) {
    const auto steps = [&](double time_s) {
        return static_cast<Step>(std::floor(time_s * 1000.0 / experiment.dt_ms + 0.5));
    };
    const Step end = steps(experiment.duration_s);
    if (experiment.fast_forward == FastForward::off) return {{true, 0, end}};

    struct Window {
        Step begin;
        Step end;
        bool learn;
    };
    std::vector<Window> windows;
    std::set<Step> bounds{0, end};
    for (std::size_t k = 0; k < stimuli.size(); ++k) {
        if (stimuli.first(k) >= end) continue;
        const Stimulus& stimulus = experiment.stimuli[k];
        const Step before = steps(stimulus.margin_before_s ? *stimulus.margin_before_s
                                                           : experiment.margin_before_s);
        const Step after =
            steps(stimulus.margin_after_s ? *stimulus.margin_after_s : experiment.margin_after_s);
        // What lasts to the end has no bound to add to.
        windows.push_back(
            {std::max<Step>(stimuli.first(k) - before, 0),
             stimuli.behind(k) >= end ? end : std::min(stimuli.behind(k) + after, end),
             stimulus.role == StimulusRole::learn});
    }
    for (const Interval& interval : experiment.spiking_windows) {
        const Step last =
            interval.duration_s ? steps(interval.start_s + *interval.duration_s) : end;
        windows.push_back({steps(interval.start_s), std::min(last, end), false});
    }
    for (const Window& window : windows) bounds.insert({window.begin, window.end});
    if (windows.empty()) return {{experiment.duration_s < 25.0, 0, end}};

    std::vector<DensePhase> phases;
    bool learnt_first = false;
    for (auto bound = bounds.begin(); std::next(bound) != bounds.end(); ++bound) {
        const DensePhase piece{
            std::ranges::any_of(
                windows, [&](const Window& w) { return w.begin <= *bound && *bound < w.end; }),
            *bound, *std::next(bound)};
        if (!phases.empty() && phases.back().spiking == piece.spiking)
            phases.back().end = piece.end;
        else
            phases.push_back(piece);
    }
    // What precedes learning is no consolidation: there is nothing to consolidate.
    const std::size_t first = phases[0].spiking ? 0 : 1;
    for (const Window& w : windows)
        learnt_first |= w.learn && phases[first].begin <= w.begin && w.begin < phases[first].end;
    if (first == 1 && learnt_first) {
        phases[1].begin = 0;
        phases.erase(phases.begin());
    }
    return phases;
}

}  // namespace engram::test

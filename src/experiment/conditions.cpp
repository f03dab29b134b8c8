// SPDX-License-Identifier: Apache-2.0
#include "experiment/conditions.hpp"

#include <algorithm>
#include <map>

#include "experiment/backgrounds.hpp"
#include "model/neuromodulation.hpp"

namespace engram {
namespace {

// Which threshold, and whether plasticity is on, from which steps on.
using Changes = std::map<Step, ConditionChange>;

void add_neuromodulation(const Experiment& experiment, Changes& changes) {
    if (!experiment.neuromodulation) return;
    const double h_0_mV = experiment.synapses.h_0_mV;
    const double unmodulated_mV = model::modulated_theta_pro_mV(h_0_mV, 0.0);
    changes[0].theta_pro_mV = unmodulated_mV;
    for (const Neuromodulation& interval : *experiment.neuromodulation)
        changes[steps_of(experiment, interval).end].theta_pro_mV = unmodulated_mV;
    // Where one ends and another begins, that which begins counts.
    for (const Neuromodulation& interval : *experiment.neuromodulation)
        changes[steps_of(experiment, interval).begin].theta_pro_mV =
            model::modulated_theta_pro_mV(h_0_mV, interval.amplitude);
}

void add_backgrounds(const Experiment& experiment, Changes& changes) {
    const Backgrounds backgrounds(experiment);
    for (const auto& [step, setting] : backgrounds.course()) changes[step].background = setting;
}

// Off where at least one interval says so.
void add_pauses(const Experiment& experiment, Changes& changes) {
    std::map<Step, int> begun;  // how many more intervals hold from a step on
    for (const Interval& interval : experiment.plasticity_off) {
        const StepRange range = steps_of(experiment, interval);
        ++begun[range.begin];
        --begun[range.end];
    }
    int n = 0;
    for (const auto& [step, more] : begun) {
        const bool was_on = n == 0;
        n += more;
        if (was_on != (n == 0)) changes[step].plasticity = n == 0;
    }
}

}  // namespace

StepRange steps_of(const Experiment& experiment, const Interval& interval) {
    const Step duration = experiment.duration_steps();
    const Step begin = std::min(experiment.steps_from_s(interval.start_s), duration);
    if (!interval.duration_s) return {begin, duration};
    // Each time is a whole number of steps; their sum, rounded once, is the same.
    return {begin, std::min(experiment.steps_from_s(interval.start_s) +
                                experiment.steps_from_s(*interval.duration_s),
                            duration)};
}

std::vector<ConditionChange> condition_changes(const Experiment& experiment) {
    Changes changes;
    add_neuromodulation(experiment, changes);
    add_backgrounds(experiment, changes);
    add_pauses(experiment, changes);
    std::vector<ConditionChange> list;
    for (auto& [step, change] : changes) {
        if (step >= experiment.duration_steps()) continue;
        change.time_s = step_time_ms(step, experiment.dt_ms) / 1000.0;
        list.push_back(change);
    }
    return list;
}

ConditionsCourse::ConditionsCourse(const Experiment& experiment) {
    pieces_.push_back({0, {.theta_pro_mV = experiment.synapses.theta_pro_mV}, 0});
    for (const ConditionChange& change : experiment.changes) {
        const Step begin = experiment.steps_from_s(change.time_s);
        model::Conditions next = pieces_.back().conditions;
        change.apply_to(next);
        const Step plastic_before = plastic_steps(begin);
        if (begin == pieces_.back().begin) pieces_.pop_back();
        if (pieces_.empty() || next != pieces_.back().conditions)
            pieces_.push_back({begin, next, plastic_before});
    }
}

ConditionsCourse::Place ConditionsCourse::behind(Step step) const {
    return std::upper_bound(pieces_.begin() + 1, pieces_.end(), step,
                            [](Step s, const Piece& p) { return s < p.begin; });
}

Step ConditionsCourse::next_change(Step step, Step end) const {
    return begin_of(behind(step), end);
}

Step ConditionsCourse::next_change_of_consolidation(Step step, Step end) const {
    const model::Conditions& here = at(step);
    Place next = behind(step);
    while (next != pieces_.end() && next->conditions.consolidates_as(here)) ++next;
    return begin_of(next, end);
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Which conditions hold at a step, by the oracle's own reading of the changes.
#pragma once

#include <cmath>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram::test {

struct DenseConditions {
    double theta_pro_mV;
    bool plasticity;
    std::vector<BackgroundParameters> background{};  //!< by neuron; empty: it never changes

    bool operator==(const DenseConditions&) const = default;
};

inline Step step_of_change(const Experiment& experiment, const ConditionChange& change) {
    return static_cast<Step>(std::floor(change.time_s * 1000.0 / experiment.dt_ms + 0.5));
}

inline bool holds(const Experiment& experiment, const Interval& interval, Step step) {
    const double begin = interval.start_s * 1000.0 / experiment.dt_ms;
    const double length = interval.duration_s.value_or(0) * 1000.0 / experiment.dt_ms;
    return static_cast<double>(step) > begin - 0.5 &&
           (!interval.duration_s || static_cast<double>(step) < begin + length - 0.5);
}

//! Of each neuron that of the last interval which holds, else the usual one.
inline std::vector<BackgroundParameters> background_at(const Experiment& experiment, Step step) {
    std::vector<BackgroundParameters> background;
    for (const Population& population : experiment.populations)
        background.insert(background.end(), population.count,
                          population.background ? *population.background : experiment.background);
    for (const BackgroundChange& change : experiment.background_changes) {
        if (!holds(experiment, change, step)) continue;
        for (const std::string& name : change.group)
            for (const Group& group : experiment.groups)
                if (group.name == name)
                    for (const NeuronId id : group.ids)
                        background[id] = {change.mean_nA, change.sigma_wn_nA_sqrt_s};
    }
    return background;
}

//! From the intervals of the configuration themselves, if there are any; else all changes up to the
//! step, one after the other. The step of a change is the first that has it.
inline DenseConditions conditions_at(const Experiment& experiment, Step step) {
    DenseConditions conditions{experiment.synapses.theta_pro_mV, true, {}};
    if (!experiment.background_changes.empty())
        conditions.background = background_at(experiment, step);
    if (experiment.neuromodulation || !experiment.plasticity_off.empty()) {
        if (experiment.neuromodulation) {
            double nm = 0;
            for (const Neuromodulation& interval : *experiment.neuromodulation)
                if (holds(experiment, interval, step)) nm = interval.amplitude;
            conditions.theta_pro_mV = experiment.synapses.h_0_mV / (nm + 0.001);
        }
        for (const Interval& interval : experiment.plasticity_off)
            if (holds(experiment, interval, step)) conditions.plasticity = false;
        return conditions;
    }
    for (const ConditionChange& change : experiment.changes) {
        if (step_of_change(experiment, change) > step) continue;
        if (change.theta_pro_mV) conditions.theta_pro_mV = *change.theta_pro_mV;
        if (change.plasticity) conditions.plasticity = *change.plasticity;
    }
    return conditions;
}

//! Steps from which other conditions may hold.
inline std::vector<Step> steps_of_changes(const Experiment& experiment) {
    std::vector<Step> steps;
    const auto add_ends = [&](const Interval& interval) {
        const double begin = interval.start_s * 1000.0 / experiment.dt_ms;
        const double length = interval.duration_s.value_or(0) * 1000.0 / experiment.dt_ms;
        steps.push_back(static_cast<Step>(std::floor(begin + 0.5)));
        if (interval.duration_s)
            steps.push_back(static_cast<Step>(std::floor(begin + length + 0.5)));
    };
    if (experiment.neuromodulation)
        for (const Neuromodulation& interval : *experiment.neuromodulation) add_ends(interval);
    for (const Interval& interval : experiment.plasticity_off) add_ends(interval);
    for (const BackgroundChange& change : experiment.background_changes) add_ends(change);
    if (steps.empty())
        for (const ConditionChange& change : experiment.changes)
            steps.push_back(step_of_change(experiment, change));
    return steps;
}

//! Whether other conditions hold from this step on. A change to what holds already is none.
inline bool conditions_change_at(const Experiment& experiment, Step step) {
    return conditions_at(experiment, step - 1) != conditions_at(experiment, step);
}

}  // namespace engram::test

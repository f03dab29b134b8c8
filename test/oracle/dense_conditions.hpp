// SPDX-License-Identifier: Apache-2.0
// Which conditions hold at a step, by the oracle's own reading of the changes.
#pragma once

#include <cmath>

#include "experiment/experiment.hpp"

namespace engram::test {

struct DenseConditions {
    double theta_pro_mV;
    bool plasticity;

    bool operator==(const DenseConditions&) const = default;
};

inline Step step_of_change(const Experiment& experiment, const ConditionChange& change) {
    return static_cast<Step>(std::floor(change.time_s * 1000.0 / experiment.dt_ms + 0.5));
}

//! All changes up to the step, one after the other. The step of a change is the first that has it.
inline DenseConditions conditions_at(const Experiment& experiment, Step step) {
    DenseConditions conditions{experiment.synapses.theta_pro_mV, true};
    for (const ConditionChange& change : experiment.changes) {
        if (step_of_change(experiment, change) > step) continue;
        if (change.theta_pro_mV) conditions.theta_pro_mV = *change.theta_pro_mV;
        if (change.plasticity) conditions.plasticity = *change.plasticity;
    }
    return conditions;
}

//! Whether other conditions hold from this step on. A change to what holds already is none.
inline bool conditions_change_at(const Experiment& experiment, Step step) {
    return conditions_at(experiment, step - 1) != conditions_at(experiment, step);
}

}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "experiment/conditions.hpp"

#include <algorithm>

namespace engram {

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

const ConditionsCourse::Piece& ConditionsCourse::piece(Step step) const {
    const auto behind = std::upper_bound(pieces_.begin() + 1, pieces_.end(), step,
                                         [](Step s, const Piece& p) { return s < p.begin; });
    return *(behind - 1);
}

Step ConditionsCourse::next_change(Step step, Step end) const {
    const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), step,
                                         [](Step s, const Piece& p) { return s < p.begin; });
    return behind == pieces_.end() ? end : std::min(behind->begin, end);
}

}  // namespace engram

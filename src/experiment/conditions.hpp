// SPDX-License-Identifier: Apache-2.0
// The conditions of a run as steps of time, and the clock of plasticity, which stands still while
// plasticity is off.
#pragma once

#include <algorithm>
#include <vector>

#include "base/step_time.hpp"
#include "experiment/experiment.hpp"
#include "model/conditions.hpp"

namespace engram {

//! Steps of an interval within the run; from one that begins behind the end none.
StepRange steps_of(const Experiment& experiment, const Interval& interval);

//! The changes that the neuromodulation, the changes of the background and the pauses of plasticity
//! of an experiment amount to.
//! \pre their times are multiples of dt, and no two intervals overlap of which one alone can hold
std::vector<ConditionChange> condition_changes(const Experiment& experiment);

class ConditionsCourse {
  public:
    //! \pre the times of the changes ascend
    explicit ConditionsCourse(const Experiment& experiment);

    const model::Conditions& at(Step step) const { return piece(step).conditions; }
    //! First step behind `step` from which other conditions hold, or `end` if that is earlier.
    Step next_change(Step step, Step end) const;
    //! The same of such as matter in consolidation.
    Step next_change_of_consolidation(Step step, Step end) const;
    //! Steps before `step` in which plasticity is on.
    Step plastic_steps(Step step) const {
        const Piece& here = piece(step);
        return here.plastic_before + (here.conditions.plasticity ? step - here.begin : 0);
    }

  private:
    struct Piece {
        Step begin;
        model::Conditions conditions;
        Step plastic_before;  //!< plastic_steps(begin)
    };
    using Place = std::vector<Piece>::const_iterator;
    Place behind(Step step) const;
    const Piece& piece(Step step) const { return *(behind(step) - 1); }
    Step begin_of(Place place, Step end) const {
        return place == pieces_.end() ? end : std::min(place->begin, end);
    }

    std::vector<Piece> pieces_;  //!< ascending; the first begins at 0; neighbours differ
};

}  // namespace engram

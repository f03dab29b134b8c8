// SPDX-License-Identifier: Apache-2.0
// How many spikes of a neuron lie within the last while, at the steps of a window.
#pragma once

#include <cstdint>

#include "model/macros.hpp"
#include "model/step_sets.hpp"

namespace engram::model {

// Of an early phase that does not ask.
struct NoRecentSpikes {};

// Each spike counts from the step at which it enters to the one before that at which it leaves.
struct RecentSpikes {
    std::int32_t before = 0;  //!< number at the last step before the window
    StepSet entering;
    StepSet leaving;

    //! Number at a step.
    ENGRAM_HD_INLINE int at(int step) const {
        return before + entering.count_before(step + 1) - leaving.count_before(step + 1);
    }
    //! The number is at least this at steps [from, to).
    ENGRAM_HD_INLINE int least(int from, int to) const {
        return before + entering.count_before(from + 1) - leaving.count_before(to);
    }
    //! The number is at most this at steps [from, to).
    ENGRAM_HD_INLINE int most(int from, int to) const {
        return before + entering.count_before(to) - leaving.count_before(from + 1);
    }
    //! Number at the last step of the window.
    ENGRAM_HD_INLINE std::int32_t at_end(int steps) const { return at(steps - 1); }
};

}  // namespace engram::model

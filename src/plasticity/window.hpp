// SPDX-License-Identifier: Apache-2.0
// A window: the steps from one decision of the plasticity to the next.
//
// Neurons advance by blocks (simulation/block_grid.hpp), within which they are independent of each
// other. What is slow is decided less often (simulation/decision_grid.hpp): protein synthesis and
// tags are switched, and lazily kept weights are brought up to date, at the end of a window, at
// most 15 ms apart; the error is of the order of their distance over an hour. Conditions are
// constant within a window. Windows depend on nothing but the configuration.
//
// Order of events, the same in every executor:
//   at the begin of a window
//   1. begin            who synthesises protein; recordings keep the weights, z for all of it
//   in each block of it
//   2. mark events      arrivals of spikes and influx of calcium
//   3. deliver spikes   their input to each step of their targets. Synapses that have been active
//                       in the window are brought up to date for it; what reaches synapses that
//                       may still be active is put aside
//   4. advance neurons  each through all steps: arrivals at its active synapses, which are brought
//                       to the step; stimuli; sample; step; spikes
//   at the end of the window
//   5. protein          to the end of the window
//   6. active synapses  to the end of the window, then their tags
//   7. recordings       weights within the window, from those kept
//   8. tags             of passive synapses that have relaxed end
//   9. calcium          to the next window, with all spikes of this one
// While plasticity is off no synapse is active, and 5, 6 and 8 are left out.
#pragma once

#include <cstdint>

#include "model/conditions.hpp"
#include "model/macros.hpp"
#include "model/step_sets.hpp"

namespace engram::plasticity {

struct Window {
    std::int64_t begin = 0;
    std::int32_t steps = 0;
    model::Conditions conditions;
    double relaxation[model::max_window_steps + 1] = {};          //!< E at each step
    double inverse_relaxation[model::max_window_steps + 1] = {};  //!< 1 / E

    Window() = default;
    //! \param age  steps of the plastic clock from where E is 1 to the beginning
    template <class Early>
    Window(std::int64_t begin_step, int n_steps, const model::Conditions& in_it, const Early& early,
           std::int64_t age)
        : begin(begin_step), steps(n_steps), conditions(in_it) {
        for (int s = 0; s <= steps; ++s) {
            relaxation[s] = early.relaxation(conditions.plasticity ? age + s : age);
            inverse_relaxation[s] = 1.0 / relaxation[s];
        }
    }
    std::int64_t end() const { return begin + steps; }
    bool contains(std::int64_t step) const { return begin <= step && step < end(); }
};

}  // namespace engram::plasticity

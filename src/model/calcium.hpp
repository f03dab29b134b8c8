// SPDX-License-Identifier: Apache-2.0
// Calcium of a plastic synapse i -> j splits into a presynaptic and a postsynaptic trace,
//     Ca_ij(t) = a_i(t) + b_j(t),   tau_Ca da/dt = -a,   tau_Ca db/dt = -b,
// with a_i += Ca_pre at t_Ca_delay after each spike of i and b_j += Ca_post at each spike of j.
// So calcium needs no memory and no work per synapse.
#pragma once

#include "model/elementary.hpp"
#include "model/macros.hpp"
#include "model/step_sets.hpp"

namespace engram::model {

// Decay of calcium over 0 ... max_window_steps steps.
struct CalciumDecay {
    double factor[max_window_steps + 1];

    CalciumDecay() = default;
    CalciumDecay(double tau_ca_ms, double dt_ms) {
        for (int s = 0; s <= max_window_steps; ++s) factor[s] = exp_exact(-s * dt_ms / tau_ca_ms);
    }
};

// Presynaptic traces below this are set to zero at the end of a window, so that only sources that
// have fired within half a second cost anything. The calcium of a synapse is then too low by less
// than this, of a theta_d of the order of 1: it falls below a threshold at most 5 us too early.
inline constexpr double calcium_floor = 1e-4;

ENGRAM_HD_INLINE double above_floor(double calcium) {
    return calcium < calcium_floor ? 0.0 : calcium;
}

// A calcium trace within a window: its value before the window's jumps, and the steps of the jumps.
struct CalciumTrace {
    double start = 0;  //!< value at the start of the window, without jumps of the window
    double jump = 0;   //!< Ca_pre or Ca_post
    StepSet jumps;

    //! Value at a step, with a jump at this very step.
    ENGRAM_HD_INLINE double at(int s, const CalciumDecay& decay) const {
        return after_jumps_before(s + 1, s, decay);
    }
    //! Value at a step, or at the end of the window, before a jump at this time.
    ENGRAM_HD_INLINE double at_end(int s, const CalciumDecay& decay) const {
        return after_jumps_before(s, s, decay);
    }

    //! No value within the window is above this.
    ENGRAM_HD_INLINE double upper_bound() const {
        double value = start;
        jumps.for_each([&](int) { value += jump; });
        return value;
    }
    //! No value from a step on is above this.
    ENGRAM_HD_INLINE double upper_bound_from(int s, const CalciumDecay& decay) const {
        double value = at_end(s, decay);
        for (int j = s; (j = jumps.first_from(j, max_window_steps)) < max_window_steps; ++j)
            value += jump;
        return value;
    }

  private:
    ENGRAM_HD_INLINE double after_jumps_before(int end, int s, const CalciumDecay& decay) const {
        double value = start * decay.factor[s];
        jumps.for_each_before(end, [&](int j) { value += jump * decay.factor[s - j]; });
        return value;
    }
};

}  // namespace engram::model

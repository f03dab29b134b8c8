// SPDX-License-Identifier: Apache-2.0
// Time steps, and their times as a person would write them.
#pragma once

#include <cstdint>
#include <string>

namespace engram {

using Step = std::int64_t;  //!< number of time steps since the start of the simulation

// Steps [begin, end).
struct StepRange {
    Step begin = 0;
    Step end = 0;
};

//! The double nearest to step * dt in decimal: 3 steps of 0.2 ms are 0.6, not 0.6000000000000001.
//! Exact rounding if dt is a multiple of 1e-6 ms; otherwise the plain product.
double step_time_ms(Step step, double dt_ms);

//! "t_9s", "t_28810s", "t_0.5s": the shortest decimal of the time.
std::string snapshot_label(double time_s);

}  // namespace engram

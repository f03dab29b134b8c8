// SPDX-License-Identifier: Apache-2.0
// The schedule of phases: detailed (spiking) where something happens, fast-forward in between.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

enum class PhaseKind { spiking, consolidation };

// A stretch of simulated time, steps [begin, end), computed in one way.
struct Phase {
    PhaseKind kind = PhaseKind::spiking;
    std::string label;  //!< "learn", "consolidate", "recall", "learn+recall", "background"
    Step begin = 0;
    Step end = 0;
};

struct Schedule {
    std::string name;  //!< published name, e.g. "learn - consolidate - recall"
    std::vector<Phase> phases;
};

//! Windows that the experiment names, and those from a margin before each stimulus to one after it,
//! are spiking phases; what lies between them is consolidation.
//! The phases tile [0, duration) in order, without gaps, and none is empty.
Schedule make_schedule(const Experiment& experiment);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// The memories of a run: groups of neurons that learn, and the stimuli that teach and recall them.
#pragma once

#include <string>
#include <vector>

#include "analysis/recall_measures.hpp"

namespace engram {

struct Memory {
    std::string name;  //!< of its group; of several joined by " + "
    RecallSetting setting;
};

//! Those that are measured beside the first that is learnt: the groups that the settings of
//! measures name, or all that learn, if there are at least two and at most most_memories; in the
//! order in which they first do. Groups of the same neurons are one.
//!
//! A stimulus belongs to the memory of which it reaches most neurons, or to several if it reaches
//! equally many of each: a cue for one of two memories that overlap is no recall of the other.
//! Recall is the last one after the first learning.
std::vector<Memory> measured_memories(const Experiment& experiment);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// What a valid configuration says to no effect, or to another one than is likely meant.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram::job {

//! A sentence on each, with the key that it is about.
std::vector<std::string> effect_notes(const Experiment& experiment);

}  // namespace engram::job

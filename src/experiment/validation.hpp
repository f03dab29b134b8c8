// SPDX-License-Identifier: Apache-2.0
// Conditions that involve several values of an experiment.
#pragma once

#include "experiment/config_problems.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Notes every violated condition, except where a value involved already has a problem.
void validate(const Experiment& experiment, ConfigProblems& problems);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Conditions on products of parameters, each of which is in its range.
#pragma once

#include "experiment/config_problems.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! Notes what would leave the numbers that the model can compute with, except where a value
//! involved already has a problem.
void check_magnitudes(const Experiment& experiment, ConfigProblems& problems);

}  // namespace engram

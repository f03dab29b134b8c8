// SPDX-License-Identifier: Apache-2.0
// The sweep of a configuration: values for any keys, combined to points.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/ensemble.hpp"

namespace engram {

//! A map {key: [values]} gives every combination of its keys' values, the last key varying fastest.
//! A list of such maps combines the maps; the keys inside one map change together.
//! \param of_trials  key of the seeds of the trials, which is not swept
//! Without a sweep there is one point without settings; of a sweep with problems, its first values.
std::vector<SweepPoint> read_sweep(const ConfigNode* sweep, const std::string& of_trials,
                                   ConfigProblems& problems);

}  // namespace engram

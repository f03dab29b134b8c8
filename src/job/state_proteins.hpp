// SPDX-License-Identifier: Apache-2.0
// Whether the proteins of another run fit the cells of the run that takes them over
// (`initial_state`).
#pragma once

#include <string>

#include "experiment/experiment.hpp"
#include "job/state_source.hpp"

namespace engram::job {

//! \return what of the proteins cannot be taken over, to be told; empty: all can
//! \throw ConfigError if they are of neurons of another shape, FileError if the state cannot be
//! read
std::string lost_proteins(const Experiment& experiment, const StateSource& source);

}  // namespace engram::job

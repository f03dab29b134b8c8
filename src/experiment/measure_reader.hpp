// SPDX-License-Identifier: Apache-2.0
// The section of a configuration that says what is measured.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! What measures call the neurons of no memory; no measured group may have this name.
inline constexpr const char* no_memory = "none";
inline constexpr std::size_t most_memories = 100;

//! \param reader  at the section
//! \param experiment  complete but for the measures
MeasureSettings read_measures(ConfigReader reader, const Experiment& experiment);

}  // namespace engram

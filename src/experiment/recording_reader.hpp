// SPDX-License-Identifier: Apache-2.0
// What to record, as configured.
#pragma once

#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

inline constexpr std::size_t most_snapshots = 100'000;  //!< that are given by an interval

//! Reads the section `record`. Whether the recorded synapses exist, only the network can tell.
//! \param duration_s  of the run; not above 0 if it is not known
Recording read_recording(ConfigReader reader, const Populations& populations, const Groups& groups,
                         double duration_s);

}  // namespace engram

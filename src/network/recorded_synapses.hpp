// SPDX-License-Identifier: Apache-2.0
// Turns wishes for recorded synapses into synapses that the network has.
#pragma once

#include <string>

#include "experiment/config_problems.hpp"
#include "network/wiring.hpp"

namespace engram {

//! What is said of a listed synapse that does not exist.
std::string missing_synapse_message(const RecordedSynapse& synapse, const Experiment& experiment);

//! In each recording: adds those of `synapses_if_present` that exist to `synapses`, and replaces
//! `selections` by pairs there: of each selection the first `count` synapses by target, then
//! source, that this recording does not have yet.
//! Notes selections with fewer, and those of `synapses` that do not exist.
//! \param note  added to the messages
void resolve_recorded_synapses(Experiment& experiment, const Wiring& wiring,
                               ConfigProblems& problems, const std::string& note = "");

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Turns wishes for recorded synapses into synapses that the network has.
#pragma once

#include <string>

#include "experiment/config_problems.hpp"
#include "network/wiring.hpp"

namespace engram {

//! What is said of a listed synapse that does not exist.
std::string missing_synapse_message(const RecordedSynapse& synapse, const Experiment& experiment);

//! Adds those of Recording::synapses_if_present that exist to Recording::synapses, and replaces
//! Recording::selections by pairs in Recording::synapses: of each selection the first
//! `count` synapses by target, then source, that are not recorded yet.
//! Notes selections with fewer, and those of Recording::synapses that do not exist.
//! \param note  added to the messages
void resolve_recorded_synapses(Experiment& experiment, const Wiring& wiring,
                               ConfigProblems& problems, const std::string& note = "");

}  // namespace engram

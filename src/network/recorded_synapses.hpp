// Turns wishes for recorded synapses into synapses that the network has.
#pragma once

#include "network/wiring.hpp"

namespace engram {

//! Adds those of Recording::synapses_if_present that exist to Recording::synapses, and replaces
//! Recording::selections by pairs in Recording::synapses: of each selection the first
//! `count` synapses by target, then source, that are not recorded yet.
//! \throw ConfigError if there are fewer
void resolve_recorded_synapses(Experiment& experiment, const Wiring& wiring);

}  // namespace engram

// Which networks the engines can simulate so far.
#pragma once

#include "experiment/experiment.hpp"

namespace engram {

//! Returns an experiment whose network is of the shape of the published one: excitatory neurons,
//! inhibitory neurons with the same parameters, and all four projections between them, of which the
//! first alone is plastic.
//! \throw ConfigError if it is not
Experiment require_supported(Experiment experiment);

}  // namespace engram

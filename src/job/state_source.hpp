// SPDX-License-Identifier: Apache-2.0
// Finds the state of another run that a run begins with (`initial_state`), and the wiring that
// belongs to it.
#pragma once

#include <string>

#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"

namespace engram::job {

//! The key that names the other run.
inline std::string from_key() {
    return keys::path_of<&InitialState::from>();
}

// A file that holds a state, and the time that it is of.
struct StateSource {
    enum class Kind { network, checkpoint };
    Kind kind = Kind::network;
    std::string path;
    double time_s = 0;  //!< in the other run
};

//! \pre initial_state.from is given
//! \throw ConfigError if there is no such file, or it has no state of that time; FileError if it
//!        cannot be used
StateSource find_state(const InitialState& wanted);

//! As make_experiment, with_source; problems have the places where the configuration was written.
Experiment make_sourced_experiment(const ConfigTree& tree);

//! The experiment with all that it leaves to the run whose state it takes over: the time of the
//! state, and the wiring that it does not give itself. It then needs that run no more once it has
//! begun, unless its wiring is in a file there. Any other experiment is returned as it is.
//! \throw as find_state
Experiment with_source(Experiment experiment);

//! The experiment with the wiring that it leaves to another run, as that one has it.
//! \throw ConfigError if that one has none
Experiment with_wiring_of(Experiment experiment, const Experiment& other);

}  // namespace engram::job

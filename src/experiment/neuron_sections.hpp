// SPDX-License-Identifier: Apache-2.0
// Where a configuration says what neurons are like: for all, and for named populations.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_problems.hpp"
#include "experiment/experiment.hpp"

namespace engram {

struct NeuronSection {
    std::string path;  //!< e.g. "populations.CA1.neuron"
    const NeuronParameters& parameters;
};

//! Of the populations that say something of their own; all others are as the section `neuron`.
std::vector<NeuronSection> own_neuron_sections(const Experiment& experiment,
                                               const ConfigProblems& problems);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// The wiring that an experiment asks for, put together from random and listed projections.
#pragma once

#include <functional>
#include <memory>

#include "network/wiring.hpp"

namespace engram {

//! Opens the file of a projection; of the published network one file lists all.
using OpenProjectionFile = std::function<std::unique_ptr<Wiring>(const Experiment& experiment,
                                                                 const Projection& projection)>;

//! A matrix of 0 and 1. \throw FileError as MatrixWiring
std::unique_ptr<Wiring> open_matrix(const Experiment& experiment, const Projection& projection);

//! \throw FileError as `open`
std::unique_ptr<Wiring> make_wiring(const Experiment& experiment,
                                    const OpenProjectionFile& open = open_matrix);

struct SynapseCounts {
    double plastic = 0;
    double fixed = 0;
};
//! As Wiring::expected_synapses.
SynapseCounts expected_synapses(const Experiment& experiment, const Wiring& wiring);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Whether the fixed-point sums over synapses (model/fixed_point.hpp) hold whatever can arrive.
#pragma once

#include <mpi.h>

#include <vector>

#include "experiment/config_problems.hpp"
#include "network/wiring.hpp"

namespace engram {

//! Most inputs that a neuron has through each projection, in the order of
//! Experiment::projections().
using InDegrees = std::vector<double>;

//! Collective. Of a random projection a number that none exceeds; of listed ones counted, by
//! reading all of the wiring.
//! \throw FileError on every rank, as Wiring::visit_all
InDegrees highest_in_degrees(const Experiment& experiment, const Wiring& wiring,
                             MPI_Comm communicator);

//! Notes the parameters with which the sum of all inputs of a neuron, arriving at once, or the
//! summed change of its synapses would exceed the range.
void check_input_sums(const Experiment& experiment, const InDegrees& degrees,
                      ConfigProblems& problems);

}  // namespace engram

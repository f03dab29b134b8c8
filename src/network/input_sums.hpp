// Whether the fixed-point sums over synapses (model/fixed_point.hpp) hold whatever can arrive.
#pragma once

#include <mpi.h>

#include "experiment/config_problems.hpp"
#include "network/wiring.hpp"

namespace engram {

// Most inputs that a neuron has from each population.
struct InDegrees {
    double exc = 0;
    double inh = 0;
};

//! Collective. Of a random wiring a number that none exceeds; else counted, by reading all of the
//! wiring.
//! \throw SharedFileError as Wiring::visit_all
InDegrees highest_in_degrees(const Experiment& experiment, const Wiring& wiring,
                             MPI_Comm communicator);

//! Notes the parameters with which the sum of all inputs of a neuron, arriving at once, or the
//! summed change of its synapses would exceed the range.
void check_input_sums(const Experiment& experiment, const InDegrees& degrees,
                      ConfigProblems& problems);

}  // namespace engram

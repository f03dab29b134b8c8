// What ends a run whose membrane potentials leave the range of numbers, whatever computes them.
#pragma once

#include <string>

#include "experiment/experiment.hpp"

namespace engram {

//! What a NumericalError says of a membrane potential.
std::string not_finite_message(NeuronId neuron, Step step);

}  // namespace engram

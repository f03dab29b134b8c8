// SPDX-License-Identifier: Apache-2.0
// What ends a run whose membrane potentials leave the range of numbers, whatever computes them.
#pragma once

#include "base/errors.hpp"
#include "network/network.hpp"

namespace engram {

//! \param neuron  local
[[noreturn]] inline void fail_not_finite(const Network& network, std::uint32_t neuron, Step step) {
    throw NumericalError("membrane potential of neuron " +
                         std::to_string(network.global_id(neuron)) +
                         " is not a finite number at step " + std::to_string(step) +
                         "; check the neuron and stimulus parameters, or use a smaller dt_ms");
}

}  // namespace engram

// An executor against the dense oracle.
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/dense_simulator.hpp"
#include "simulation/executor.hpp"

namespace engram::test {

// What must have happened, so that there is something to compare.
struct AtLeast {
    std::size_t spikes;
    std::size_t changed;  //!< synapses whose early phase has moved by 0.5 mV
};

//! Fails the test unless both are the same.
void compare_spikes(const std::vector<SpikeEvent>& fast,
                    const std::vector<DenseSimulator::Spike>& dense);

//! Runs the experiment in both and fails the test unless the spikes are the same and weights and
//! proteins agree within rounding.
void compare_with_oracle(const Experiment& experiment, const ExecutorFactory& executor,
                         AtLeast at_least);

}  // namespace engram::test

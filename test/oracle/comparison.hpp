// SPDX-License-Identifier: Apache-2.0
// An executor against the dense oracle.
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/dense_simulator.hpp"
#include "simulation/complete_run.hpp"

namespace engram::test {

// What must have happened, so that there is something to compare.
struct AtLeast {
    std::size_t spikes;
    std::size_t changed;          //!< synapses whose early phase has moved by 0.5 mV
    std::size_t potentiated = 0;  //!< synapses whose late phase has grown by 0.01
    std::size_t depressed = 0;    //!< or has shrunk by that
    std::size_t samples = 0;      //!< of the whole network
};

//! Fails the test unless both are the same.
void compare_spikes(const std::vector<SpikeEvent>& fast,
                    const std::vector<DenseSimulator::Spike>& dense);

//! Fails the test unless weights and proteins at the end agree within rounding.
void compare_final_state(const CompleteRun& run, const Experiment& experiment,
                         const DenseSimulator& oracle);

//! Fails the test unless what was recorded agrees within rounding, where the oracle has it: calcium
//! and weights of the synapses; potentials, currents, sums of changes and proteins of the neurons.
void compare_samples(const CompleteRun& run, const Experiment& experiment,
                     const DenseSimulator& oracle);

//! Fails the test unless the oracle has done so much.
void check_that_enough_happened(const DenseSimulator& oracle, const Experiment& experiment,
                                AtLeast at_least);

//! Runs the experiment in both and fails the test unless the spikes are the same and all else
//! agrees within rounding. Returns the weights at the end.
Snapshot compare_with_oracle(const Experiment& experiment, const ExecutorFactory& executor,
                             AtLeast at_least, const DenseVariant& variant = {});

}  // namespace engram::test

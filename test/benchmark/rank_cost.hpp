// SPDX-License-Identifier: Apache-2.0
// What one rank of many has to do in the background state, measured without the others.
#pragma once

#include "experiment/experiment.hpp"

namespace engram::benchmark {

struct RankOfMany {
    NeuronId n_neurons = 200'000;
    int n_ranks = 1000;
    double inputs_per_neuron = 1000;
    double exc_rate_Hz = 0.2;  //!< at which the whole network is made to fire
    double inh_rate_Hz = 0.9;
};

//! Builds and runs one rank alone, fed with generated spikes of the whole network in place of those
//! that it would be sent, and prints its work per epoch by part, its memory and its building time.
void measure_rank(const RankOfMany& rank);

}  // namespace engram::benchmark

// Early- and late-phase weights of all local plastic synapses at one step.
#pragma once

#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

struct Snapshot {
    Step step = 0;
    std::vector<double> h_mV;  //!< by synapse, in the order of network.plastic()
    std::vector<double> z;
};

}  // namespace engram

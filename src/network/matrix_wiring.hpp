// SPDX-License-Identifier: Apache-2.0
// Connections that a text file lists as a matrix.
#pragma once

#include <string>

#include "network/wiring.hpp"

namespace engram {

// Which synapses a matrix lists: rows and columns are consecutive neurons.
struct MatrixBlock {
    NeuronId first_source = 0;
    NeuronId n_sources = 0;
    NeuronId first_target = 0;
    NeuronId n_targets = 0;
    std::string sizes;  //!< where the configuration gives them
    std::string key;    //!< of the file, in the configuration
};

// Read from a text file of 0 and 1 (or 0.0, 1e0): row = pre, column = post, separated by white
// space, commas or semicolons; # begins a comment.
// The file is read row by row; what is kept is one list of sources per target.
class MatrixWiring : public Wiring {
  public:
    //! \throw FileError if the file cannot be read or is no matrix of 0 and 1 of the size of the
    //!        block, or connects a neuron with itself
    MatrixWiring(const std::string& path, MatrixBlock block);
    //! Of all neurons of the published network.
    MatrixWiring(const std::string& path, NeuronId n_neurons);
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    std::vector<double> expected_synapses(const Populations& populations) const override;

  private:
    MatrixBlock block_;
    std::vector<std::vector<NeuronId>> sources_;  // by target
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// The oracle's background noise: the normal numbers of a block, given the two that are drawn for
// the whole of it.
#pragma once

#include <vector>

#include "model/random.hpp"
#include "oracle/dense_neuron.hpp"
#include "simulation/spike.hpp"

namespace engram::test {

class DenseBlockNoise {
  public:
    //! Of blocks of so many steps, of a neuron with noise.
    DenseBlockNoise(const DenseNeuron& neuron, int n_steps);

    //! By step of the block that begins at a step.
    std::vector<double> draw(const model::RandomStreams& streams, NeuronId id, Step begin) const;

  private:
    using Numbers = std::vector<double>;

    // Orthonormal; along the first the current at the end grows with noise, and in the plane of
    // both the potential.
    Numbers first_;
    Numbers second_;
};

}  // namespace engram::test

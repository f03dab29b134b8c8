// SPDX-License-Identifier: Apache-2.0
// Several wirings that connect different pairs of populations.
#pragma once

#include <memory>

#include "network/wiring.hpp"

namespace engram {

class CompositeWiring : public Wiring {
  public:
    //! No two connect the same pair of neurons.
    explicit CompositeWiring(std::vector<std::unique_ptr<Wiring>> parts);

    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    void visit_all(const Populations& populations, const TargetVisitor& visitor,
                   MPI_Comm communicator) const override;
    std::vector<double> expected_synapses(const Populations& populations) const override;

  private:
    std::vector<std::unique_ptr<Wiring>> parts_;
};

}  // namespace engram

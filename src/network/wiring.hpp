// SPDX-License-Identifier: Apache-2.0
// Who projects to whom: the sources of one target neuron at a time, the same on every rank.
#pragma once

#include <mpi.h>

#include <functional>
#include <span>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

//! Receives a target and its sources, ascending.
using TargetVisitor = std::function<void(NeuronId target, std::span<const NeuronId> sources)>;

class Wiring {
  public:
    virtual ~Wiring() = default;
    //! Visits the targets [first, first + count) in ascending order.
    virtual void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const = 0;
    //! Collective. Visits every target on one rank, an even share on each, and checks the whole of
    //! what the wiring is read from.
    //! \throw FileError on every rank
    virtual void visit_all(const Populations& populations, const TargetVisitor& visitor,
                           MPI_Comm communicator) const;
    //! Expected numbers, without visiting a file; from population i to j at [i * n + j].
    virtual std::vector<double> expected_synapses(const Populations& populations) const = 0;
};

//! The even share of neurons [first, first + count) that a rank visits in Wiring::visit_all.
struct VisitedShare {
    NeuronId first = 0;
    NeuronId count = 0;
    VisitedShare(const Populations& populations, MPI_Comm communicator);
};

}  // namespace engram

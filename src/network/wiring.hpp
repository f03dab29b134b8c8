// Who projects to whom: the sources of one target neuron at a time, the same on every rank.
#pragma once

#include <mpi.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

//! Receives a target and its sources, ascending.
using TargetVisitor = std::function<void(NeuronId target, std::span<const NeuronId> sources)>;

struct SynapseCounts {
    double plastic = 0;  //!< between excitatory neurons
    double fixed = 0;
};

class Wiring {
  public:
    virtual ~Wiring() = default;
    //! Visits the targets [first, first + count) in ascending order.
    virtual void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const = 0;
    //! Collective. Visits every target on one rank, an even share on each, and checks the whole of
    //! what the wiring is read from.
    //! \throw SharedFileError
    virtual void visit_all(const Populations& populations, const TargetVisitor& visitor,
                           MPI_Comm communicator) const;
    //! Expected numbers, without visiting a file.
    virtual SynapseCounts expected_synapses(const Populations& populations) const = 0;
};

//! The even share of neurons [first, first + count) that a rank visits in Wiring::visit_all.
struct VisitedShare {
    NeuronId first = 0;
    NeuronId count = 0;
    VisitedShare(const Populations& populations, MPI_Comm communicator);
};

// Every ordered pair of different neurons independently with one probability.
class RandomWiring : public Wiring {
  public:
    RandomWiring(NeuronId n_neurons, double probability, std::uint64_t seed);
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    SynapseCounts expected_synapses(const Populations& populations) const override;

  private:
    NeuronId n_neurons_;
    double probability_;
    std::uint64_t seed_;
};

// Read from a text file of 0 and 1: row = pre, column = post, separated by white space.
// The file is read row by row; what is kept is one list of targets per source.
class MatrixWiring : public Wiring {
  public:
    //! \throw FileError if the file cannot be read or is no n x n matrix of 0 and 1 with an empty
    //!        diagonal
    MatrixWiring(const std::string& path, NeuronId n_neurons);
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    SynapseCounts expected_synapses(const Populations& populations) const override;

  private:
    std::vector<std::vector<NeuronId>> sources_;  // by target
};

}  // namespace engram

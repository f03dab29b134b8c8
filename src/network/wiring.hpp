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
    //! Expected numbers, without visiting a file; from population i to j at [i * n + j].
    virtual std::vector<double> expected_synapses(const Populations& populations) const = 0;
};

//! The even share of neurons [first, first + count) that a rank visits in Wiring::visit_all.
struct VisitedShare {
    NeuronId first = 0;
    NeuronId count = 0;
    VisitedShare(const Populations& populations, MPI_Comm communicator);
};

// Each ordered pair of different neurons independently, with a probability that depends on their
// populations.
class RandomWiring : public Wiring {
  public:
    //! One probability for all.
    RandomWiring(NeuronId n_neurons, double probability, std::uint64_t seed);
    //! Of those projections that are not read from files. Sources of a target are drawn in
    //! segments: neighbouring populations that project to it with equal probability make up one.
    RandomWiring(const Populations& populations, std::span<const Projection> projections,
                 std::uint64_t seed);

    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    std::vector<double> expected_synapses(const Populations& populations) const override;

  private:
    // Sources [first, end), drawn with one sequence of gaps.
    struct Segment {
        NeuronId first = 0;
        NeuronId end = 0;
        double probability = 0;
        double log_failure = 0;
    };
    // Targets as far as `end` that have the same segments.
    struct Block {
        NeuronId end = 0;
        std::vector<Segment> segments;
    };

    static Segment make_segment(NeuronId first, NeuronId end, double probability);
    void draw(const Segment& segment, std::uint32_t number, NeuronId target,
              std::vector<NeuronId>& sources) const;

    std::vector<Block> blocks_;
    std::uint64_t seed_;
};

// Which synapses a matrix lists: rows and columns are consecutive neurons.
struct MatrixBlock {
    NeuronId first_source = 0;
    NeuronId n_sources = 0;
    NeuronId first_target = 0;
    NeuronId n_targets = 0;
    std::string sizes;  //!< where the configuration gives them
    std::string key;    //!< of the file, in the configuration
};

// Read from a text file of 0 and 1: row = pre, column = post, separated by white space.
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

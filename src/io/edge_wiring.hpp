// SPDX-License-Identifier: Apache-2.0
// Connections from the edges of a SONATA file, e.g. the network.h5 of another run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/edge_group.hpp"
#include "network/network.hpp"

namespace engram {

// Reads the sources of a target when it is visited, through the file's index by target, so that
// nothing grows with the number of all edges. Weights and delays of the file are not used.
class EdgeWiring : public Wiring {
  public:
    //! All groups of /edges, which must connect populations of the network.
    //! \throw FileError if the file is none of SONATA edges, or has no index by target
    EdgeWiring(const std::string& path, const Experiment& experiment);
    //! The group of a projection alone.
    //! \throw FileError likewise, and if there is no such group
    EdgeWiring(const std::string& path, const Experiment& experiment, const Projection& projection);

    //! \throw FileError as EdgeGroup::append_sources, and if an edge is double, or connects a
    //!        neuron with itself
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    //! \throw FileError on every rank, also if there are edges that the index does not lead to
    void visit_all(const Populations& populations, const TargetVisitor& visitor,
                   MPI_Comm communicator) const override;
    std::vector<double> expected_synapses(const Populations& populations) const override;

  private:
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor,
               std::vector<std::uint64_t>& n_read) const;
    void require_edges() const;
    bool is_group(const std::string& name) const;
    [[noreturn]] void fail(const std::string& problem) const;

    std::string path_;
    std::string key_;  //!< of the file in the configuration
    h5::File file_;
    std::vector<EdgeGroup> groups_;
};

//! The wiring that an experiment asks for: random, from a 0/1 matrix, or from SONATA edges (a file
//! in HDF5 format).
//! \throw FileError as MatrixWiring and EdgeWiring
std::unique_ptr<Wiring> open_wiring(const Experiment& experiment);

}  // namespace engram

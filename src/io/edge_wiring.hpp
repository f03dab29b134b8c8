// Connections from the edges of a SONATA file, e.g. the network.h5 of another run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/hdf5_dataset.hpp"
#include "network/network.hpp"

namespace engram {

// Reads the sources of a target when it is visited, through the file's index by target, so that
// nothing grows with the number of all edges. Weights and delays of the file are not used.
class EdgeWiring : public Wiring {
  public:
    //! Every group of /edges must connect the node populations exc and inh.
    //! \throw FileError if the file is none of SONATA edges, or has no index by target
    EdgeWiring(const std::string& path, const Populations& populations);

    //! \throw FileError if a node id is out of range, an edge is double, or connects a neuron with
    //!        itself
    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;

  private:
    struct EdgeGroup {
        std::string name;
        NeuronId first_source;  //!< global id of node 0 of the source population
        NeuronId n_sources;
        NeuronId first_target;
        NeuronId n_targets;
        h5::DataSet source_ids;
        h5::DataSet ranges_of_target;  //!< [target][begin, end) of rows of edge_ranges
        h5::DataSet edge_ranges;       //!< [row][begin, end) of edges
    };

    EdgeGroup open_group(const std::string& name, const Populations& populations) const;
    void append_sources(const EdgeGroup& group, NeuronId first, NeuronId count,
                        std::vector<std::vector<NeuronId>>& sources) const;
    [[noreturn]] void fail(const std::string& problem) const;

    std::string path_;
    h5::File file_;
    std::vector<EdgeGroup> groups_;
};

//! The wiring that an experiment asks for: random, from a 0/1 matrix, or from SONATA edges (a file
//! in HDF5 format).
//! \throw FileError as MatrixWiring and EdgeWiring
std::unique_ptr<Wiring> open_wiring(const Experiment& experiment);

}  // namespace engram

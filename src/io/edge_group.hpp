// SPDX-License-Identifier: Apache-2.0
// One group of edges of a SONATA file, read through its index by target, none of which is trusted.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram {

class EdgeGroup {
  public:
    //! \param name  e.g. "edges/exc_exc"
    //! \param key   of the file in the configuration, for messages
    //! \throw FileError if it does not connect populations of the network, or has no index
    EdgeGroup(const h5::File& file, const std::string& name, const Experiment& experiment,
              std::string key);

    const std::string& name() const { return name_; }
    std::uint64_t n_edges() const { return n_edges_; }
    //! Indices of the populations.
    std::size_t from() const { return source_.index; }
    std::size_t to() const { return target_.index; }

    //! Is given edges that follow on each other in the file, with their ends as global ids.
    using UseEdges = std::function<void(h5::Slab edges, std::span<const NeuronId> sources,
                                        std::span<const NeuronId> targets)>;

    //! Visits all edges to the targets [first, first + count).
    //! \return number of edges
    //! \throw FileError as append_sources
    std::uint64_t visit(NeuronId first, NeuronId count, const UseEdges& use) const;

    //! Appends the sources of the targets [first, first + sources.size()), global ids.
    //! \return number of edges read
    //! \throw FileError if the index contradicts the edges or leads out of them, or a node is none
    //!        of its population
    std::uint64_t append_sources(NeuronId first, std::vector<std::vector<NeuronId>>& sources) const;

    //! \throw FileError if the number of edges that the index leads to is another than there are
    void require_all(std::uint64_t n_indexed) const;

  private:
    // The neurons that one end belongs to.
    struct Population {
        std::string name;
        std::size_t index = 0;
        NeuronId first = 0;  //!< global id of node 0
        NeuronId size = 0;
        std::string count_key;  //!< where the configuration gives the size
    };
    // Rows of a dataset that belong to a target.
    struct Piece {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
        NeuronId target = 0;  //!< node
    };

    h5::DataSet open_ids(const h5::File& file, const std::string& name,
                         std::size_t n_columns) const;
    Population population_of(hid_t ids, const std::string& end, const Experiment& experiment) const;
    std::vector<Piece> ranges_of(NeuronId first_node, NeuronId n) const;
    template <class Use>
    void for_each_run(const std::vector<Piece>& pieces, Use&& use) const;
    std::vector<Piece> edges_of(const std::vector<Piece>& ranges) const;
    void use_edges(const std::vector<Piece>& edges, const UseEdges& use) const;
    [[noreturn]] void fail(const std::string& problem) const;

    std::string path_;
    std::string name_;
    std::string key_;
    std::uint64_t n_edges_ = 0;
    std::uint64_t n_ranges_ = 0;
    Population source_;
    Population target_;
    h5::DataSet source_ids_;
    h5::DataSet target_ids_;
    h5::DataSet ranges_of_target_;  //!< [target][begin, end) of rows of edge_ranges_
    h5::DataSet edge_ranges_;       //!< [row][begin, end) of edges
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// A snapshot in the network.h5 of another run: weights by the neurons that they connect, and
// proteins by neuron. Nothing of the file is trusted.
#pragma once

#include <mpi.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/edge_group.hpp"

namespace engram {

//! Times [s] of the snapshots that a network.h5 holds, ascending.
//! \throw FileError if it is none
std::vector<double> snapshot_times_s(const std::string& path);

class SnapshotReader {
  public:
    //! Of the plastic projections of the experiment that the file has.
    //! \param key  of the file in the configuration, for messages
    //! \throw FileError if the file has other populations, or lacks the snapshot
    SnapshotReader(const std::string& path, double time_s, const Experiment& experiment,
                   const std::string& key);

    //! Is given the weight of a synapse, by global ids.
    using UseWeight = std::function<void(NeuronId source, NeuronId target, double h_mV, double z)>;
    //! All synapses onto the targets [first, first + count).
    //! \throw FileError as EdgeGroup::append_sources
    void visit(NeuronId first, NeuronId count, const UseWeight& use);
    //! Collective. To be called once every target has been visited on some rank.
    //! \throw FileError on every rank if weights are not those that were written
    void require_sums(MPI_Comm communicator) const;

    const std::string& path() const { return file_.path(); }
    //! Whether it holds the proteins of all excitatory populations.
    bool has_proteins() const { return has_proteins_; }
    //! Whether it holds one of them of all excitatory populations.
    bool has_protein(const std::string& pool) const;
    //! Amounts [umol/l] of the neurons [first, first + count), 0 of inhibitory ones.
    //! \param pool  one of kept_proteins, e.g. "p"
    //! \throw FileError if the file has no such pool, or amounts of other neurons
    std::vector<double> proteins(const std::string& pool, NeuronId first, NeuronId count) const;

  private:
    struct Weights {
        EdgeGroup edges;
        h5::DataSet h_mV;
        h5::DataSet z;
        std::string place;        //!< of the group that both are in
        std::uint64_t h_sum = 0;  //!< of what has been visited
        std::uint64_t z_sum = 0;
    };
    [[noreturn]] void fail(const std::string& problem) const;

    h5::File file_;
    std::string key_;
    double time_s_;
    std::string label_;
    const Experiment& experiment_;
    std::vector<Weights> weights_;
    bool has_proteins_ = false;
};

}  // namespace engram

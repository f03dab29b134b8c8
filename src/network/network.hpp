// SPDX-License-Identifier: Apache-2.0
// The part of the network that one rank holds: its neurons and all synapses onto them.
#pragma once

#include <span>
#include <vector>

#include "network/make_wiring.hpp"
#include "network/partition.hpp"
#include "network/synapse_table.hpp"
#include "network/wiring.hpp"

namespace engram {

// Local neurons [begin, end).
struct LocalRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t size() const { return end - begin; }
};

// Synapses of one weight from one population to another; rows by position of the source in its
// population.
struct FixedSynapses {
    std::size_t projection = 0;  //!< index in Network::projections
    std::size_t from = 0;        //!< index of the population
    SynapseTable table;
};

class Network {
  public:
    //! Builds this rank's part: O(local synapses) time and memory.
    Network(const Experiment& experiment, const Wiring& wiring, Partition partition, int rank);

    const Partition& partition() const { return partition_; }
    const Populations& populations() const { return populations_; }
    const std::vector<Projection>& projections() const { return projections_; }
    int rank() const { return rank_; }
    std::uint32_t n_local() const { return n_local_; }
    //! The local neurons of a population; they are ordered by global id.
    LocalRange local_range(std::size_t population) const { return local_ranges_[population]; }
    //! The same of all excitatory populations.
    std::vector<LocalRange> excitatory_ranges() const;
    //! By local neuron: whether it is excitatory.
    const std::vector<std::uint8_t>& excitatory() const { return excitatory_; }
    NeuronId global_id(std::uint32_t local) const { return partition_.global_id(rank_, local); }
    //! By local neuron.
    std::vector<NeuronId> global_ids() const;
    bool owns(NeuronId id) const { return partition_.owner(id) == rank_; }

    //! All plastic synapses. Rows by global id of the source, as far as the last excitatory neuron;
    //! targets are local indices.
    const SynapseTable& plastic() const { return plastic_; }
    //! The others, one table for each projection that is not plastic.
    const std::vector<FixedSynapses>& fixed() const { return fixed_; }
    SynapseIndex n_fixed() const;

  private:
    void build_tables(const Wiring& wiring, std::span<const NeuronRange> ranges);

    Partition partition_;
    Populations populations_;
    std::vector<Projection> projections_;
    int rank_;
    std::uint32_t n_local_;
    std::vector<LocalRange> local_ranges_;
    std::vector<std::uint8_t> excitatory_;
    SynapseTable plastic_;
    std::vector<FixedSynapses> fixed_;
};

}  // namespace engram

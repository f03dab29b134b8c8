// The part of the network that one rank holds: its neurons and all synapses onto them.
#pragma once

#include <memory>

#include "network/partition.hpp"
#include "network/synapse_table.hpp"
#include "network/wiring.hpp"

namespace engram {

// The four kinds of connection; only exc_exc is plastic.
enum class Projection { exc_exc, exc_inh, inh_exc, inh_inh };

class Network {
  public:
    //! Builds this rank's part: O(local synapses) time and memory.
    Network(const Experiment& experiment, const Wiring& wiring, Partition partition, int rank);

    const Partition& partition() const { return partition_; }
    const Populations& populations() const { return populations_; }
    int rank() const { return rank_; }
    std::uint32_t n_local() const { return n_local_; }
    //! Local neurons are ordered by global id, so the excitatory ones come first.
    std::uint32_t n_local_exc() const { return n_local_exc_; }
    NeuronId global_id(std::uint32_t local) const { return partition_.global_id(rank_, local); }
    bool owns(NeuronId id) const { return partition_.owner(id) == rank_; }

    //! Rows by source id within its population; targets are local indices of all neurons.
    const SynapseTable& table(Projection projection) const {
        return tables_[static_cast<int>(projection)];
    }
    const SynapseTable& plastic() const { return table(Projection::exc_exc); }

  private:
    Partition partition_;
    Populations populations_;
    int rank_;
    std::uint32_t n_local_;
    std::uint32_t n_local_exc_;
    SynapseTable tables_[4];
};

//! The wiring that the experiment asks for.
//! \throw FileError as MatrixWiring
std::unique_ptr<Wiring> make_wiring(const Experiment& experiment);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Which rank owns which neuron: chunks of consecutive ids are dealt out to the ranks in turn, so
// that every rank gets its share of each population and of each cell assembly.
#pragma once

#include <vector>

#include "base/contracts.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// Consecutive neurons of one chunk, also consecutive in local order.
struct NeuronRange {
    NeuronId first = 0;  //!< global id
    NeuronId count = 0;
    std::uint32_t local = 0;  //!< local index of the first
};

class Partition {
  public:
    //! \throw UsageError if there are more ranks than neurons
    Partition(NeuronId n_neurons, int n_ranks);

    int n_ranks() const { return n_ranks_; }
    NeuronId n_neurons() const { return n_neurons_; }

    int owner(NeuronId id) const {
        ENGRAM_EXPECT(id < n_neurons_);
        return static_cast<int>((id / chunk_) % ranks());
    }
    //! Local index of a neuron on the rank that owns it.
    std::uint32_t local_index(NeuronId id) const {
        ENGRAM_EXPECT(id < n_neurons_);
        return (id / chunk_ / ranks()) * chunk_ + id % chunk_;
    }
    NeuronId global_id(int rank, std::uint32_t local) const {
        return ((local / chunk_) * ranks() + static_cast<NeuronId>(rank)) * chunk_ + local % chunk_;
    }
    std::uint32_t n_local(int rank) const;
    //! The chunks of a rank, ascending.
    std::vector<NeuronRange> ranges(int rank) const;

  private:
    NeuronId ranks() const { return static_cast<NeuronId>(n_ranks_); }

    NeuronId n_neurons_;
    int n_ranks_;
    NeuronId chunk_;
};

}  // namespace engram

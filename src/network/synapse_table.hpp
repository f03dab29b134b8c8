// SPDX-License-Identifier: Apache-2.0
// Synapses of one kind onto the neurons of this rank, in rows by source neuron.
// A row is contiguous and ascending by target, so that a spike walks through memory in order.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "experiment/experiment.hpp"

namespace engram {

using SynapseIndex = std::uint64_t;

// Compressed rows of local target indices.
class SynapseTable {
  public:
    SynapseTable() : offsets_(1, 0) {}
    //! \param offsets  where each row begins, and the end of the last
    //! \param targets  local indices, ascending in each row
    SynapseTable(std::vector<SynapseIndex> offsets, std::vector<std::uint32_t> targets)
        : offsets_(std::move(offsets)), targets_(std::move(targets)) {
        ENGRAM_EXPECT(!offsets_.empty() && offsets_.back() == targets_.size());
    }

    NeuronId n_sources() const { return static_cast<NeuronId>(offsets_.size() - 1); }
    SynapseIndex size() const { return offsets_.back(); }
    //! Synapses of a source: indices [row_begin, row_end) into all arrays of this table.
    SynapseIndex row_begin(NeuronId source) const {
        ENGRAM_EXPECT(source < n_sources());
        return offsets_[source];
    }
    SynapseIndex row_end(NeuronId source) const {
        ENGRAM_EXPECT(source < n_sources());
        return offsets_[source + 1];
    }
    //! Where each row begins, and the end of the last.
    const std::vector<SynapseIndex>& offsets() const { return offsets_; }
    //! Local index of the target neuron.
    const std::vector<std::uint32_t>& targets() const { return targets_; }
    std::span<const std::uint32_t> row(NeuronId source) const {
        return std::span(targets_).subspan(row_begin(source), row_end(source) - row_begin(source));
    }
    //! Index of the synapse of `source` onto a local target, or size() if there is none.
    SynapseIndex find(NeuronId source, std::uint32_t target) const;
    std::uint64_t bytes() const {
        return offsets_.capacity() * sizeof(SynapseIndex) +
               targets_.capacity() * sizeof(std::uint32_t);
    }

  private:
    std::vector<SynapseIndex> offsets_;
    std::vector<std::uint32_t> targets_;
};

}  // namespace engram

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
#include "network/row_starts.hpp"

namespace engram {

using SynapseIndex = std::uint64_t;

// Compressed rows of local target indices.
class SynapseTable {
  public:
    SynapseTable() = default;
    //! \param offsets  where each row begins, and the end of the last
    //! \param targets  local indices, ascending in each row
    SynapseTable(const std::vector<SynapseIndex>& offsets, std::vector<std::uint32_t> targets)
        : rows_(offsets), targets_(std::move(targets)) {
        ENGRAM_EXPECT(rows_.size() == targets_.size());
    }

    NeuronId n_sources() const { return rows_.n_rows(); }
    SynapseIndex size() const { return targets_.size(); }
    //! Synapses of a source: indices [begin, end) into all arrays of this table.
    RowStarts::Range row_range(NeuronId source) const { return rows_.row(source); }
    SynapseIndex row_begin(NeuronId source) const { return rows_.row(source).begin; }
    SynapseIndex row_end(NeuronId source) const { return rows_.row(source).end; }
    //! Where each row begins, and the end of the last.
    std::vector<SynapseIndex> offsets() const {
        std::vector<SynapseIndex> offsets;
        offsets.reserve(std::size_t{n_sources()} + 1);
        for (NeuronId source = 0; source < n_sources(); ++source)
            offsets.push_back(row_begin(source));
        offsets.push_back(size());
        return offsets;
    }
    //! Local index of the target neuron.
    const std::vector<std::uint32_t>& targets() const { return targets_; }
    std::span<const std::uint32_t> row(NeuronId source) const {
        const auto [begin, end] = row_range(source);
        return std::span(targets_).subspan(begin, end - begin);
    }
    //! Index of the synapse of `source` onto a local target, or size() if there is none.
    SynapseIndex find(NeuronId source, std::uint32_t target) const;
    std::uint64_t bytes() const {
        return rows_.bytes() + targets_.capacity() * sizeof(std::uint32_t);
    }

  private:
    RowStarts rows_;
    std::vector<std::uint32_t> targets_;
};

}  // namespace engram

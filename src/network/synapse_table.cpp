// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table.hpp"

#include <algorithm>
#include <numeric>

namespace engram {

SynapseIndex SynapseTable::find(NeuronId source, std::uint32_t target) const {
    const auto in_row = row(source);
    const auto it = std::lower_bound(in_row.begin(), in_row.end(), target);
    if (it == in_row.end() || *it != target) return size();
    return row_begin(source) + static_cast<SynapseIndex>(it - in_row.begin());
}

void SynapseTable::start_adding() {
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    targets_.resize(offsets_.back());
}

void SynapseTable::finish_adding() {
    // Each offset has moved to the end of its row, which is the start of the next.
    std::copy_backward(offsets_.begin(), offsets_.end() - 1, offsets_.end());
    offsets_.front() = 0;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table.hpp"

#include <algorithm>

namespace engram {

SynapseIndex SynapseTable::find(NeuronId source, std::uint32_t target) const {
    const auto in_row = row(source);
    const auto it = std::lower_bound(in_row.begin(), in_row.end(), target);
    if (it == in_row.end() || *it != target) return size();
    return row_begin(source) + static_cast<SynapseIndex>(it - in_row.begin());
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/common_bits.hpp"

#include <vector>

#include "base/collective.hpp"

namespace engram {

void join_over_ranks(MPI_Comm comm, std::span<CommonBits> all) {
    std::vector<std::uint64_t> bounds;
    for (const CommonBits& bits : all) {
        bounds.push_back(bits.highest_);
        bounds.push_back(~bits.lowest_);  // the lowest is the highest complement
    }
    highest_over_ranks(comm, bounds);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].highest_ = bounds[2 * i];
        all[i].lowest_ = ~bounds[2 * i + 1];
    }
}

}  // namespace engram

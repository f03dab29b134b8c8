// SPDX-License-Identifier: Apache-2.0
#include "network/row_starts.hpp"

#include <algorithm>
#include <limits>

namespace engram {

RowStarts::RowStarts(const std::vector<std::uint64_t>& offsets) {
    ENGRAM_EXPECT(!offsets.empty() &&
                  offsets.size() - 1 <= std::numeric_limits<std::uint32_t>::max());
    n_rows_ = static_cast<std::uint32_t>(offsets.size() - 1);
    size_ = offsets.back();
    std::size_t n_present = 0;
    for (std::uint32_t row = 0; row < n_rows_; ++row) n_present += offsets[row + 1] > offsets[row];
    ends_.reserve(n_present);
    groups_.reserve((n_rows_ + rows_of_group - 1) / rows_of_group);
    for (std::uint32_t first = 0; first < n_rows_; first += rows_of_group) {
        Group group{offsets[first], 0, static_cast<std::uint32_t>(ends_.size())};
        const std::uint32_t end = first + std::min(rows_of_group, n_rows_ - first);
        ENGRAM_EXPECT(offsets[end] - group.begin <= std::numeric_limits<std::uint32_t>::max());
        for (std::uint32_t row = first; row < end; ++row) {
            if (offsets[row + 1] == offsets[row]) continue;
            group.present |= std::uint64_t{1} << (row - first);
            ends_.push_back(static_cast<std::uint32_t>(offsets[row + 1] - group.begin));
        }
        groups_.push_back(group);
    }
}

}  // namespace engram

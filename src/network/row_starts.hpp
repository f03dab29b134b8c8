// SPDX-License-Identifier: Apache-2.0
// Where rows begin and end in the arrays of a table. On one of many ranks most rows are empty, and
// those take a bit; the others take 4 bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/contracts.hpp"

namespace engram {

class RowStarts {
  public:
    struct Range {
        std::uint64_t begin;
        std::uint64_t end;
    };

    //! No rows.
    RowStarts() = default;
    //! \param offsets  where each row begins, and the end of the last
    explicit RowStarts(const std::vector<std::uint64_t>& offsets);

    std::uint32_t n_rows() const { return n_rows_; }
    //! Of all rows.
    std::uint64_t size() const { return size_; }
    Range row(std::uint32_t row) const {
        ENGRAM_EXPECT(row < n_rows_);
        const Group& group = groups_[row / rows_of_group];
        const std::uint64_t bit = std::uint64_t{1} << row % rows_of_group;
        const auto n_before = static_cast<std::uint32_t>(std::popcount(group.present & (bit - 1)));
        const std::uint32_t* end = ends_.data() + group.first_end + n_before;
        const std::uint64_t begin = group.begin + (n_before == 0 ? 0 : end[-1]);
        return {begin, (group.present & bit) != 0 ? group.begin + *end : begin};
    }
    std::uint64_t bytes() const {
        return groups_.capacity() * sizeof(Group) + ends_.capacity() * sizeof(std::uint32_t);
    }

  private:
    static constexpr std::uint32_t rows_of_group = 64;
    struct Group {
        std::uint64_t begin = 0;
        std::uint64_t present = 0;    //!< rows that are not empty
        std::uint32_t first_end = 0;  //!< index of the end of the first of these
    };

    std::vector<Group> groups_;
    std::vector<std::uint32_t>
        ends_;  //!< of rows that are not empty, from the begin of their group
    std::uint32_t n_rows_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace engram

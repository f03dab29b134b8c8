// SPDX-License-Identifier: Apache-2.0
#include "network/row_starts.hpp"

#include <gtest/gtest.h>

#include <random>

namespace engram::test {
namespace {

void expect_rows(const std::vector<std::uint64_t>& sizes) {
    std::vector<std::uint64_t> offsets{0};
    for (const std::uint64_t size : sizes) offsets.push_back(offsets.back() + size);
    const RowStarts rows(offsets);
    ASSERT_EQ(rows.n_rows(), sizes.size());
    EXPECT_EQ(rows.size(), offsets.back());
    for (std::uint32_t row = 0; row < sizes.size(); ++row) {
        EXPECT_EQ(rows.row(row).begin, offsets[row]) << row;
        EXPECT_EQ(rows.row(row).end, offsets[row + 1]) << row;
    }
}

TEST(RowStarts, AreThoseOfTheOffsets) {
    std::mt19937 generator(3);
    for (const unsigned one_in : {1u, 2u, 10u, 100u})
        for (const std::size_t n : {1, 63, 64, 65, 1000}) {
            std::vector<std::uint64_t> sizes(n);
            for (std::uint64_t& size : sizes)
                size = generator() % one_in == 0 ? generator() % 2000 : 0;
            expect_rows(sizes);
        }
}

TEST(RowStarts, MayAllBeEmptyOrFull) {
    expect_rows({});
    expect_rows(std::vector<std::uint64_t>(200, 0));
    expect_rows(std::vector<std::uint64_t>(200, 1));
    // Behind more synapses than 32 bits count.
    std::vector<std::uint64_t> sizes(130, std::uint64_t{60'000'000});
    sizes[64] = 0;
    expect_rows(sizes);
}

// What many ranks are about: half a byte per row, and four for each that is not empty.
TEST(RowStarts, TakeLittleForEmptyRows) {
    std::vector<std::uint64_t> offsets(64'001, 0);
    for (std::size_t row = 32'000; row < offsets.size(); ++row) offsets[row] = 7;
    EXPECT_EQ(RowStarts(offsets).bytes(), 1000u * 24 + 4);
}

}  // namespace
}  // namespace engram::test

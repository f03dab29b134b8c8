// SPDX-License-Identifier: Apache-2.0
#include "base/peak_memory.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace engram::test {
namespace {

TEST(PeakMemory, stays_when_memory_is_given_back) {
    constexpr std::size_t MiB = 1 << 20;
    const double before = peak_memory_MB();
    EXPECT_GT(before, 1);
    std::vector<char>(256 * MiB, 1);
    const double after = peak_memory_MB();
    EXPECT_GT(after, 256);
    EXPECT_LT(after, before + 300);
    std::vector<char>(32 * MiB, 1);
    EXPECT_LT(peak_memory_MB(), after + 16);
}

}  // namespace
}  // namespace engram::test

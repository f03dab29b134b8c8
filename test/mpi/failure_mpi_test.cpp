// SPDX-License-Identifier: Apache-2.0
// Run by hand or by the suite, which expects it to fail: that a failure of one rank is seen.
#include <gtest/gtest.h>

#include "base/collective.hpp"

namespace engram::test {
namespace {

TEST(Failure, DISABLED_OfTheLastRank) {
    EXPECT_NE(rank_of(MPI_COMM_WORLD), size_of(MPI_COMM_WORLD) - 1) << "as it should";
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "base/collective.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

TEST(Collective, FailureKeepsItsPathAndText) {
    const auto fail = [] {
        collectively(MPI_COMM_WORLD, [] { throw FileError("a/b", "is full; empty it"); });
    };
    EXPECT_EQ(file_error(fail), "a/b: is full; empty it");
    EXPECT_EQ(file_error([] { on_root(MPI_COMM_WORLD, [] {}); }), "");
}

}  // namespace
}  // namespace engram::test

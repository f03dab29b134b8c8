// SPDX-License-Identifier: Apache-2.0
// Promises are checked where they are switched on, whatever the rest of the build does.
#ifndef ENGRAM_CONTRACTS
#define ENGRAM_CONTRACTS
#endif
#include "base/contracts.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

void take_positive(int n) {
    ENGRAM_EXPECT(n > 0);
}

TEST(ContractsDeathTest, ABrokenPromiseEndsTheProgramAndSaysWhere) {
    take_positive(1);
    EXPECT_DEATH(take_positive(0), "contracts_test.cpp:[0-9]+: what is expected .*: n > 0");
}

TEST(Contracts, ConditionsMayHaveCommas) {
    ENGRAM_ENSURE(std::pair<int, int>(1, 2) < std::pair<int, int>(1, 3));
}

}  // namespace
}  // namespace engram::test

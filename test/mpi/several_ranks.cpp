// SPDX-License-Identifier: Apache-2.0
// Tests of what several ranks do together: with one alone some would wait for ever.
#include <gtest/gtest.h>

#include <memory>

#include "base/collective.hpp"

namespace {

class SeveralRanks : public testing::Environment {
  public:
    void SetUp() override {
        if (engram::size_of(MPI_COMM_WORLD) == 1)
            FAIL() << "start these tests with several ranks: mpirun -n 2 engram_mpi_tests";
    }
};

[[maybe_unused]] testing::Environment* const several_ranks =
    testing::AddGlobalTestEnvironment(std::make_unique<SeveralRanks>().release());

}  // namespace

// SPDX-License-Identifier: Apache-2.0
// Entry point of the unit tests: MPI is initialised once for all of them.
#include <gtest/gtest.h>
#include <mpi.h>

#include "base/collective.hpp"

int main(int argc, char** argv) {
    engram::prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    ::testing::InitGoogleTest(&argc, argv);
    const int result = RUN_ALL_TESTS();
    MPI_Finalize();
    return result;
}

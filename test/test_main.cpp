// SPDX-License-Identifier: Apache-2.0
// Entry point of all programs of tests: MPI is initialised once. Of several ranks (mpirun -n 2
// engram_mpi_tests) each runs every test; one that fails on any rank fails on all.
#include <gtest/gtest.h>
#include <mpi.h>

#include <cstdio>

#include "base/collective.hpp"

namespace {

// On the ranks other than 0: failures only, with the rank.
class FailurePrinter : public testing::EmptyTestEventListener {
  public:
    explicit FailurePrinter(int rank) : rank_(rank) {}
    void OnTestPartResult(const testing::TestPartResult& result) override {
        if (result.failed())
            std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_,
                         result.file_name() == nullptr ? "" : result.file_name(),
                         result.line_number(), result.message());
    }

  private:
    int rank_;
};

// Ends a test on all ranks together, with the result of the worst.
class Agreement : public testing::EmptyTestEventListener {
  public:
    void OnTestEnd(const testing::TestInfo& test) override {
        int failed = test.result()->Failed() ? 1 : 0;
        MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
        any_failed_ |= failed != 0;
        if (failed != 0 && !test.result()->Failed() && engram::rank_of(MPI_COMM_WORLD) == 0)
            std::printf("[  FAILED  ] %s.%s (on another rank)\n", test.test_suite_name(),
                        test.name());
    }
    bool any_failed() const { return any_failed_; }

  private:
    bool any_failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    engram::prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    // An exception ends the process, and so all of them: others may be waiting for this rank.
    if (engram::size_of(MPI_COMM_WORLD) > 1) testing::GTEST_FLAG(catch_exceptions) = false;
    testing::InitGoogleTest(&argc, argv);
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    if (const int rank = engram::rank_of(MPI_COMM_WORLD); rank != 0) {
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailurePrinter(rank));
    }
    auto* agreement = new Agreement;
    listeners.Append(agreement);  // which owns it
    const bool failed = RUN_ALL_TESTS() != 0 || agreement->any_failed();
    MPI_Finalize();
    return failed ? 1 : 0;
}

// SPDX-License-Identifier: Apache-2.0
// Whatever a rank throws within work that is shared reaches all ranks as the same error.
#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <system_error>

#include "base/collective.hpp"
#include "base/errors.hpp"

namespace engram::test {
namespace {

struct Failure {
    const char* name;
    std::function<void()> raise;
    ErrorKind kind;
    std::string text;
    bool names_the_rank;
};

std::vector<Failure> failures() {
    return {{"usage", [] { throw UsageError("no such option"); }, ErrorKind::usage,
             "no such option", false},
            {"configuration",
             [] {
                 throw ConfigError({{"a.yaml", 3, "seed", "is odd"}, {"", 0, "", "more"}});
             },
             ErrorKind::configuration, "a.yaml:3: seed: is odd\nmore", false},
            {"file", [] { throw FileError("a/b", "is full; empty it"); }, ErrorKind::file,
             "a/b: is full; empty it", false},
            {"numerical", [] { throw NumericalError("not finite"); }, ErrorKind::numerical,
             "not finite", true},
            {"device", [] { throw DeviceError("no GPU"); }, ErrorKind::device, "no GPU", true},
            {"file system",
             [] {
                 throw std::filesystem::filesystem_error(
                     "x", "a/c", std::make_error_code(std::errc::permission_denied));
             },
             ErrorKind::file,
             "a/c: cannot be accessed (Permission denied); check the disk, the network and the "
             "permissions",
             false},
            {"memory", [] { throw std::bad_alloc(); }, ErrorKind::memory,
             "out of memory; use more ranks or nodes ('engram plan' forecasts the need)", true},
            {"other", [] { throw std::out_of_range("index"); }, ErrorKind::internal,
             "internal error: index", true}};
}

ErrorRecord error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (...) {
        return record_of(std::current_exception());
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(CollectiveFailure, OfAnyKindOnAnyRankIsThrownByAll) {
    const int rank = rank_of(MPI_COMM_WORLD);
    for (const int failing : {0, size_of(MPI_COMM_WORLD) - 1}) {
        for (const Failure& failure : failures()) {
            SCOPED_TRACE(std::string(failure.name) + " on rank " + std::to_string(failing));
            const ErrorRecord record = error_of([&] {
                collectively(MPI_COMM_WORLD, [&] {
                    if (rank == failing) failure.raise();
                });
            });
            EXPECT_TRUE(record.is_shared);
            EXPECT_EQ(record.kind, failure.kind);
            EXPECT_EQ(record.text(),
                      (failure.names_the_rank ? "rank " + std::to_string(failing) + ": " : "") +
                          failure.text);
        }
    }
}

TEST(CollectiveFailure, OfSeveralRanksIsTheOneOfTheLowest) {
    const ErrorRecord record = error_of([&] {
        collectively(MPI_COMM_WORLD, [&] {
            const int rank = rank_of(MPI_COMM_WORLD);
            if (rank > 0) throw FileError("file", "of rank " + std::to_string(rank));
        });
    });
    EXPECT_EQ(record.text(), "file: of rank 1");
}

// To the first rank a sum over all is wrong, since the last one could not read its share.
TEST(CollectiveFailure, OfTheSystemSpeaksBeforeWhatLooksLikeDamage) {
    const int last = size_of(MPI_COMM_WORLD) - 1;
    const ErrorRecord record = error_of([&] {
        collectively(MPI_COMM_WORLD, [&] {
            if (rank_of(MPI_COMM_WORLD) == last)
                throw FileError("file", "I/O error", FileFault::environment);
            throw FileError("file", "is damaged");
        });
    });
    EXPECT_EQ(record.text(), "file: I/O error");
    EXPECT_EQ(record.fault, FileFault::environment);
}

TEST(CollectiveFailure, KeepsItsTypeAndWhatItCarries) {
    try {
        on_root(MPI_COMM_WORLD, [] { throw ConfigError({{"a.yaml", 3, "seed", "is odd"}}); });
        ADD_FAILURE();
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.problems(), (std::vector<ConfigProblem>{{"a.yaml", 3, "seed", "is odd"}}));
    }
}

// A rank is named once, though groups of ranks pass an error on to all.
TEST(CollectiveFailure, PassesThroughTwoSteps) {
    const ErrorRecord record = error_of([&] {
        collectively(MPI_COMM_WORLD,
                     [&] { on_root(MPI_COMM_SELF, [] { throw DeviceError("no GPU"); }); });
    });
    EXPECT_EQ(record.text(), "no GPU");
    EXPECT_EQ(record.kind, ErrorKind::device);
}

TEST(CollectiveFailure, NothingIsThrownIfNothingFails) {
    int n = 0;
    collectively(MPI_COMM_WORLD, [&] { ++n; });
    EXPECT_EQ(n, 1);
}

}  // namespace
}  // namespace engram::test

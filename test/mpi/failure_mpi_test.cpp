// SPDX-License-Identifier: Apache-2.0
// Run by hand or by the suite, which expects it to fail: that a failure of one rank is seen.
#include <gtest/gtest.h>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "simulation/spike_exchange.hpp"

namespace engram::test {
namespace {

TEST(Failure, DISABLED_OfTheLastRank) {
    EXPECT_NE(rank_of(MPI_COMM_WORLD), size_of(MPI_COMM_WORLD) - 1) << "as it should";
}

// As a state that is no longer finite: it leaves the exchange behind, and the others wait for it.
TEST(FailureWithinAnExchange, DISABLED_OfTheLastRank) {
    try {
        RunClock clock;
        SpikeExchange exchange(MPI_COMM_WORLD, clock);
        const std::vector<PackedSpike> own(1000, pack_spike(1, 2));
        std::vector<PackedSpike> all;
        for (int epoch = 0;; ++epoch) {
            exchange.begin(own, 0);
            if (epoch == 2 && rank_of(MPI_COMM_WORLD) == size_of(MPI_COMM_WORLD) - 1)
                throw NumericalError("of one rank");
            exchange.finish(all);
        }
    } catch (const NumericalError&) {
        MPI_Abort(MPI_COMM_WORLD, 4);  // as the program does
    }
}

}  // namespace
}  // namespace engram::test

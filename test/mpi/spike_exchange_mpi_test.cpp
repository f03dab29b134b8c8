// SPDX-License-Identifier: Apache-2.0
// The exchange of spikes among ranks that have none, few, and more than one message holds.
#include "simulation/spike_exchange.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/collective.hpp"

namespace engram::test {
namespace {

// Spikes of a rank, unsorted; no two ranks have one in common.
std::vector<PackedSpike> spikes_of(int rank, std::size_t n) {
    std::vector<PackedSpike> spikes;
    for (std::size_t i = 0; i < n; ++i)
        spikes.push_back(
            pack_spike(static_cast<std::uint32_t>((7 * i + 3) % 15),
                       static_cast<NeuronId>(10 * i + static_cast<std::size_t>(rank))));
    return spikes;
}

class SpikeExchangeOnRanks : public testing::Test {
  protected:
    //! \param n_of  number of spikes by rank
    template <class NumberOf>
    void exchange(NumberOf n_of) {
        std::vector<PackedSpike> expected;
        for (int rank = 0; rank < n_ranks_; ++rank) {
            const auto spikes = spikes_of(rank, n_of(rank));
            expected.insert(expected.end(), spikes.begin(), spikes.end());
        }
        std::sort(expected.begin(), expected.end());
        exchange_.exchange(spikes_of(rank_, n_of(rank_)), 0, all_);
        EXPECT_EQ(all_, expected);
    }

    int rank_ = rank_of(MPI_COMM_WORLD);
    int n_ranks_ = size_of(MPI_COMM_WORLD);
    SpikeExchange exchange_{MPI_COMM_WORLD};
    std::vector<PackedSpike> all_{1, 2, 3};  // to be replaced
};

TEST_F(SpikeExchangeOnRanks, NoSpikes) {
    exchange([](int) { return 0; });
    EXPECT_EQ(exchange_.counters().overflow_calls, 0u);
}

TEST_F(SpikeExchangeOnRanks, AsManyAsOneMessageHolds) {
    exchange([](int) { return 31; });
    EXPECT_EQ(exchange_.counters().calls, 1u);
    EXPECT_EQ(exchange_.counters().overflow_calls, 0u);
}

TEST_F(SpikeExchangeOnRanks, OneMoreOnOneRank) {
    exchange([&](int rank) { return rank == n_ranks_ - 1 ? 32 : 3; });
    EXPECT_EQ(exchange_.counters().overflow_calls, 1u);
}

// Busy and quiet epochs in turn; what is left of one must not show in the next.
TEST_F(SpikeExchangeOnRanks, ManyMoreOnSomeRanks) {
    for (int epoch = 0; epoch < 4; ++epoch)
        exchange([&](int rank) { return epoch % 2 == 0 ? 500 * rank : 2 + rank; });
    EXPECT_EQ(exchange_.counters().overflow_calls, 2u);
    EXPECT_EQ(exchange_.counters().calls, 6u);
}

TEST_F(SpikeExchangeOnRanks, FlagsOfAllRanksAreJoined) {
    const std::uint32_t mine = rank_ == 0 ? 0u : rank_ == 1 ? 2u : 4u;
    const std::uint32_t expected = n_ranks_ > 2 ? 6u : n_ranks_ > 1 ? 2u : 0u;
    EXPECT_EQ(exchange_.exchange(spikes_of(rank_, 5), mine, all_), expected);
    EXPECT_EQ(exchange_.exchange(spikes_of(rank_, 40), mine, all_), expected);
    EXPECT_EQ(exchange_.exchange({}, 0, all_), 0u);
}

}  // namespace
}  // namespace engram::test

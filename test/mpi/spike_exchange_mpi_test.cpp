// SPDX-License-Identifier: Apache-2.0
// The exchange of spikes among ranks that have none, few, and more than one message holds.
#include "simulation/spike_exchange.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "base/collective.hpp"

namespace engram::test {
namespace {

constexpr std::size_t most = SpikeExchange::spikes_per_message;
constexpr std::uint64_t header_bytes = 16;

// Spikes of a rank, unsorted; no two ranks have one in common.
std::vector<PackedSpike> spikes_of(int rank, std::size_t n) {
    std::vector<PackedSpike> spikes;
    for (std::size_t i = 0; i < n; ++i)
        spikes.push_back(
            pack_spike(static_cast<std::uint32_t>((7 * i + 3) % 15),
                       static_cast<NeuronId>(10 * i + static_cast<std::size_t>(rank))));
    return spikes;
}

// Ranks that exchange, of all that there are: MPI_COMM_WORLD or the first few of it.
class Ranks {
  public:
    explicit Ranks(int n) {
        MPI_Comm_split(MPI_COMM_WORLD, rank_of(MPI_COMM_WORLD) < n ? 0 : 1, 0, &communicator_);
        takes_part_ = rank_of(MPI_COMM_WORLD) < n;
    }
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;
    ~Ranks() { MPI_Comm_free(&communicator_); }
    bool takes_part() const { return takes_part_; }
    MPI_Comm communicator() const { return communicator_; }

  private:
    MPI_Comm communicator_ = MPI_COMM_NULL;
    bool takes_part_ = false;
};

// With each number of ranks up to all: the last round is of another kind if it is no power of two.
class SpikeExchangeOnRanks : public testing::TestWithParam<int> {
  protected:
    void SetUp() override {
        if (GetParam() > size_of(MPI_COMM_WORLD)) return;
        ranks_.emplace(GetParam());
        if (!ranks_->takes_part()) return;
        rank_ = rank_of(ranks_->communicator());
        exchange_.emplace(ranks_->communicator(), clock_);
    }
    bool takes_part() const { return exchange_.has_value(); }
    int n_ranks() const { return GetParam(); }

    //! \param n_of  number of spikes by rank
    template <class NumberOf>
    void exchange(NumberOf n_of) {
        std::vector<PackedSpike> expected;
        for (int rank = 0; rank < n_ranks(); ++rank) {
            const auto spikes = spikes_of(rank, n_of(rank));
            expected.insert(expected.end(), spikes.begin(), spikes.end());
        }
        std::sort(expected.begin(), expected.end());
        exchange_->begin(spikes_of(rank_, n_of(rank_)), 0);
        exchange_->finish(all_);
        EXPECT_EQ(all_, expected);
    }
    std::uint32_t joined(std::size_t n_spikes, std::uint32_t flags) {
        exchange_->begin(spikes_of(rank_, n_spikes), flags);
        return exchange_->finish(all_);
    }

    std::optional<Ranks> ranks_;
    int rank_ = 0;
    RunClock clock_;
    std::optional<SpikeExchange> exchange_;
    std::vector<PackedSpike> all_{1, 2, 3};  // to be replaced
};

TEST_P(SpikeExchangeOnRanks, NoSpikes) {
    if (!takes_part()) return;
    exchange([](int) { return 0; });
    const bool alone = n_ranks() == 1;
    EXPECT_EQ(exchange_->counters().calls, alone ? 0u : 1u);
    EXPECT_EQ(exchange_->counters().overflow_calls, 0u);
    const unsigned n_rounds = std::bit_width(static_cast<unsigned>(n_ranks() - 1));
    EXPECT_EQ(exchange_->counters().bytes_received, n_rounds * header_bytes);
}

// Each rank receives each spike of another once, whatever the number of ranks.
TEST_P(SpikeExchangeOnRanks, NoSpikeTravelsTwice) {
    if (!takes_part()) return;
    exchange([](int rank) { return rank + 1; });
    const int n_of_all = n_ranks() * (n_ranks() + 1) / 2;
    const unsigned n_rounds = std::bit_width(static_cast<unsigned>(n_ranks() - 1));
    EXPECT_EQ(exchange_->counters().bytes_received,
              n_rounds * header_bytes + 8 * static_cast<std::uint64_t>(n_of_all - rank_ - 1));
}

TEST_P(SpikeExchangeOnRanks, OneRankHasAll) {
    if (!takes_part()) return;
    for (int one = 0; one < n_ranks(); ++one)
        exchange([&](int rank) { return rank == one ? 7 : 0; });
}

TEST_P(SpikeExchangeOnRanks, AsManyAsOneMessageHolds) {
    if (!takes_part()) return;
    exchange([&](int rank) { return rank == n_ranks() - 1 ? most : 0; });
    EXPECT_EQ(exchange_->counters().overflow_calls, 0u);
}

TEST_P(SpikeExchangeOnRanks, OneMoreThanOneMessageHolds) {
    if (!takes_part()) return;
    exchange([&](int rank) { return rank == n_ranks() - 1 ? most + 1 : 0; });
    EXPECT_EQ(exchange_->counters().overflow_calls, n_ranks() == 1 ? 0u : 1u);
}

// Busy and quiet epochs in turn; what is left of one must not show in the next.
TEST_P(SpikeExchangeOnRanks, ManyMoreOnSomeRanks) {
    if (!takes_part()) return;
    constexpr int epochs = 60;
    for (int epoch = 0; epoch < epochs; ++epoch)
        exchange([&](int rank) {
            const auto r = static_cast<std::size_t>(rank);
            const auto n = static_cast<std::size_t>(n_ranks());
            return epoch % 3 == 0 ? 2 * most * r : epoch % 3 == 1 ? 2 + r : most / 2 * (n - r);
        });
    const bool alone = n_ranks() == 1;
    EXPECT_GE(exchange_->counters().overflow_calls, alone ? 0u : epochs / 3u);
    EXPECT_EQ(exchange_->counters().calls, alone ? 0u : unsigned{epochs});
}

TEST_P(SpikeExchangeOnRanks, FlagsOfAllRanksAreJoined) {
    if (!takes_part()) return;
    const std::uint32_t mine = 1u << rank_;
    const std::uint32_t expected = (1u << n_ranks()) - 1;
    EXPECT_EQ(joined(5, mine), expected);
    EXPECT_EQ(joined(most + 40, mine), expected);
    EXPECT_EQ(joined(0, 0), 0u);
    for (int one = 0; one < n_ranks(); ++one) EXPECT_EQ(joined(1, rank_ == one ? 2u : 0u), 2u);
    EXPECT_EQ(joined(0, 0x80000000u), 0x80000000u);
}

// The rank's own spikes are taken over by begin; other collective work may come before finish.
TEST_P(SpikeExchangeOnRanks, OtherWorkInBetween) {
    if (!takes_part()) return;
    std::vector<PackedSpike> own = spikes_of(rank_, 3);
    exchange_->begin(own, 0);
    own.assign(1000, 0);
    int n = 1;
    MPI_Allreduce(MPI_IN_PLACE, &n, 1, MPI_INT, MPI_SUM, ranks_->communicator());
    EXPECT_EQ(n, n_ranks());
    exchange_->finish(all_);
    EXPECT_EQ(all_.size(), static_cast<std::size_t>(3 * n_ranks()));
    EXPECT_TRUE(std::ranges::is_sorted(all_));
}

// A rank may be an epoch ahead: it has begun the next exchange when others are within this one.
TEST_P(SpikeExchangeOnRanks, OneRankIsAhead) {
    if (!takes_part()) return;
    for (int epoch = 0; epoch < 20; ++epoch) {
        if (rank_ == epoch % n_ranks()) usleep(2000);
        exchange([&](int rank) { return epoch + rank; });
    }
}

TEST_P(SpikeExchangeOnRanks, TellsTheClockWhatItDoes) {
    if (!takes_part() || n_ranks() == 1) return;
    constexpr double late_s = 0.2;
    if (rank_ == 0) usleep(static_cast<unsigned>(late_s * 1e6));
    exchange([](int) { return 1; });
    clock_.enter(RunPart::recording);
    // Who waits for rank 0 does so at once, or by way of others.
    const double waited_s = clock_.seconds(RunPart::waiting);
    EXPECT_TRUE(rank_ == 0 || waited_s > late_s / 2) << waited_s;
    EXPECT_GT(clock_.seconds(RunPart::exchange), 0.0);
    EXPECT_EQ(clock_.seconds(RunPart::recording), 0.0);
}

INSTANTIATE_TEST_SUITE_P(Ranks, SpikeExchangeOnRanks, testing::Range(1, 9));

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Tables built list by list, against the same synapses sorted.
#include "network/synapse_table_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace engram::test {
namespace {

struct Pair {
    NeuronId row = 0;
    std::uint32_t target = 0;
    auto operator<=>(const Pair&) const = default;
};

class Lists {
  public:
    Lists(NeuronId n_sources, NeuronId first)
        : n_sources_(n_sources), first_(first), builder_(n_sources, 3) {}

    void add(std::uint32_t target, const std::vector<NeuronId>& rows) {
        std::vector<NeuronId> sources;
        for (const NeuronId row : rows) {
            sources.push_back(first_ + row);
            pairs_.push_back({row, target});
        }
        builder_.add(target, sources, first_);
    }

    void expect_sorted() {
        std::sort(pairs_.begin(), pairs_.end());
        const SynapseTable table = builder_.finish();
        ASSERT_EQ(table.n_sources(), n_sources_);
        ASSERT_EQ(table.size(), pairs_.size());
        std::vector<Pair> found;
        for (NeuronId row = 0; row < n_sources_; ++row)
            for (const std::uint32_t target : table.row(row)) found.push_back({row, target});
        EXPECT_EQ(found, pairs_);
        std::size_t n_rows = 0;  // that are not empty
        for (NeuronId row = 0; row < n_sources_; ++row) n_rows += !table.row(row).empty();
        EXPECT_EQ(table.bytes(), table.size() * 4 + n_rows * 4 + (n_sources_ + 63) / 64 * 24);
    }

  private:
    NeuronId n_sources_;
    NeuronId first_;
    SynapseTableBuilder builder_;
    std::vector<Pair> pairs_;
};

// Each row with a probability that differs from target to target.
void expect_random_lists(NeuronId n_sources, std::uint32_t n_targets, double mean_probability) {
    std::mt19937 generator(n_sources + n_targets);
    Lists lists(n_sources, 1000);
    for (std::uint32_t target = 0; target < n_targets; ++target) {
        std::geometric_distribution<std::int64_t> gap(mean_probability * (target % 3 + 1) / 2.0);
        std::vector<NeuronId> rows;
        for (std::int64_t row = gap(generator); row < n_sources; row += 1 + gap(generator))
            rows.push_back(static_cast<NeuronId>(row));
        lists.add(target, rows);
    }
    lists.expect_sorted();
}

TEST(SynapseTableBuilder, RowsAreSorted) {
    expect_random_lists(1, 5, 0.5);
    expect_random_lists(50, 1, 0.5);
    expect_random_lists(300, 2000, 0.3);
}

TEST(SynapseTableBuilder, SeveralPartsOfTheRows) {
    expect_random_lists(2048, 60, 0.1);
    expect_random_lists(2049, 60, 0.1);
    expect_random_lists(20'000, 300, 0.05);
    expect_random_lists(20'000, 2000, 0.002);
}

TEST(SynapseTableBuilder, FewSynapsesOfManySources) {
    expect_random_lists(3'000'000, 40, 1e-5);
    expect_random_lists(3'000'000, 40, 3e-7);
}

TEST(SynapseTableBuilder, StepsOfAnyLength) {
    for (const NeuronId step : {1u, 2u, 65533u, 65534u, 65535u, 65536u, 65537u, 131067u, 131068u,
                                131069u, 131070u, 131072u, 199999u}) {
        Lists lists(200'000, 7);
        lists.add(0, {0, step});
        lists.add(3, {step - 1});
        lists.add(4, {step - 1, step});
        lists.add(5, {199'999});
        lists.add(6, {0, 1, 199'998, 199'999});
        lists.expect_sorted();
    }
}

TEST(SynapseTableBuilder, AListThatIsLongerThanABlock) {
    std::vector<NeuronId> all(70'000);
    for (NeuronId row = 0; row < all.size(); ++row) all[row] = row;
    Lists lists(70'000, 0);
    lists.add(0, {1, 2});
    for (std::uint32_t target = 1; target < 5; ++target) lists.add(target, all);
    lists.expect_sorted();
}

TEST(SynapseTableBuilder, ATargetInTwoLists) {
    Lists lists(5000, 10);
    lists.add(1, {0, 4000});
    lists.add(2, {1, 2});
    lists.add(2, {3000, 4999});
    lists.add(7, {0, 2, 3000, 4000});
    lists.expect_sorted();
}

TEST(SynapseTableBuilder, NoSynapses) {
    Lists none(3, 0);
    none.add(0, {});
    none.expect_sorted();
    SynapseTableBuilder no_sources(0, 0);
    const SynapseTable table = no_sources.finish();
    EXPECT_EQ(table.n_sources(), 0u);
    EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace engram::test

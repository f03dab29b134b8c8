// SPDX-License-Identifier: Apache-2.0
#include "simulation/sort_spikes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace engram::test {
namespace {

// Few are compared, many sorted by digits; ids and steps of one digit and of all.
TEST(SortSpikes, ByStepThenNeuron) {
    std::mt19937_64 random(7);
    std::vector<PackedSpike> scratch{1, 2, 3};
    for (const std::size_t n : {0u, 1u, 2u, 63u, 64u, 65u, 600u, 5000u})
        for (const std::uint32_t n_steps : {1u, 15u, 300u, 0x7fffffffu})
            for (const std::uint64_t n_neurons : {1ull, 200ull, 200'000ull, 0xffffffffull}) {
                std::vector<PackedSpike> spikes;
                for (std::size_t i = 0; i < n; ++i)
                    spikes.push_back(pack_spike(static_cast<std::uint32_t>(random() % n_steps),
                                                static_cast<NeuronId>(random() % n_neurons)));
                std::vector<PackedSpike> expected = spikes;
                std::sort(expected.begin(), expected.end());
                sort_spikes(spikes, scratch);
                EXPECT_EQ(spikes, expected) << n << ' ' << n_steps << ' ' << n_neurons;
            }
}

}  // namespace
}  // namespace engram::test

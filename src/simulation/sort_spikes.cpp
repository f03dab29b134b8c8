// SPDX-License-Identifier: Apache-2.0
#include "simulation/sort_spikes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace engram {

// Digit by digit, the lowest first; of the eight digits, ids and steps fill three or four.
void sort_spikes(std::vector<PackedSpike>& spikes, std::vector<PackedSpike>& scratch) {
    constexpr std::size_t worth_counting = 64;
    if (spikes.size() < worth_counting) {
        std::sort(spikes.begin(), spikes.end());
        return;
    }
    constexpr int digit_bits = 8;
    constexpr PackedSpike digit_mask = (1u << digit_bits) - 1;
    PackedSpike differing = 0;
    for (const PackedSpike spike : spikes) differing |= spike ^ spikes.front();
    scratch.resize(spikes.size());
    for (int shift = 0; shift < 64; shift += digit_bits) {
        if ((differing >> shift & digit_mask) == 0) continue;
        std::array<std::size_t, digit_mask + 1> place{};
        for (const PackedSpike spike : spikes) ++place[spike >> shift & digit_mask];
        std::size_t n_before = 0;
        for (std::size_t& of_digit : place) n_before += std::exchange(of_digit, n_before);
        for (const PackedSpike spike : spikes)
            scratch[place[spike >> shift & digit_mask]++] = spike;
        std::swap(spikes, scratch);
    }
}

}  // namespace engram

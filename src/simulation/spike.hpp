// SPDX-License-Identifier: Apache-2.0
// A spike, and the packed form in which the spikes of an epoch travel between ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

struct SpikeEvent {
    Step step = 0;
    NeuronId neuron = 0;
    friend bool operator==(const SpikeEvent&, const SpikeEvent&) = default;
};

// Step within the epoch (high word) and global neuron id (low word): sorts by step, then id.
using PackedSpike = std::uint64_t;

inline PackedSpike pack_spike(std::uint32_t step_in_epoch, NeuronId neuron) {
    return static_cast<PackedSpike>(step_in_epoch) << 32 | neuron;
}
inline std::uint32_t step_in_epoch(PackedSpike spike) {
    return static_cast<std::uint32_t>(spike >> 32);
}
inline NeuronId neuron_of(PackedSpike spike) {
    return static_cast<NeuronId>(spike);
}

}  // namespace engram

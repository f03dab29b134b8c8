// SPDX-License-Identifier: Apache-2.0
// What a block of steps has to do, uploaded before its epoch. Pointers are to device memory.
#pragma once

#include <cstdint>

#include "model/stimulus.hpp"
#include "plasticity/block.hpp"

namespace engram::device {

// A current that is on.
struct PulseTask : model::StimulusSpan {
    const model::StimulusCurrent* current = nullptr;  //!< by population
    double* deviation_nA = nullptr;                   //!< from the mean, by local neuron
};

template <class T>
struct List {
    const T* items = nullptr;
    std::uint32_t size = 0;
};

// An event of a neuron: step (high word) and global id (low word).
using PackedEvent = std::uint64_t;

struct BlockTask : plasticity::Block {
    BlockTask() = default;
    explicit BlockTask(const plasticity::Block& block) : Block(block) {}

    std::int32_t offset = 0;      //!< first step within the epoch
    std::int64_t grid_begin = 0;  //!< of the block of the grid that this is a part of
    std::int32_t grid_steps = 0;
    std::int32_t parity = 0;  //!< which of the alternating arrays hold this block
    bool first_of_epoch = false;
    bool last_of_epoch = false;
    double highest_post_gain = 0;  //!< most that spikes of the block add to a postsynaptic trace
    List<PackedEvent> arriving;    //!< spikes, by step within the epoch
    //! By arriving excitatory spike: its first place in Arrays::active_arrivals.
    List<std::uint32_t> first_arrival;
    List<PackedEvent> influx;  //!< presynaptic calcium, by step within the block
    List<PulseTask> pulses;
    List<model::PoissonTrain> trains;
    List<model::ForcedSpike> forced;
    std::int64_t sample_row[model::max_block_steps] = {};  //!< by step; no_sample if none is due
    bool has_samples = false;                              //!< whether any is

    ENGRAM_HD_INLINE bool is_whole() const { return begin == grid_begin && steps == grid_steps; }
};
inline constexpr std::int64_t no_sample = -1;

}  // namespace engram::device

// SPDX-License-Identifier: Apache-2.0
// What a block of steps has to do, uploaded before its epoch. Pointers are to device memory.
#pragma once

#include <cstdint>

#include "model/block_solution.hpp"
#include "model/fixed_point.hpp"
#include "model/stimulus.hpp"
#include "plasticity/window.hpp"

namespace engram::device {

// A current that is on.
struct PulseTask : model::StimulusSpan {
    const model::StimulusCurrent* current = nullptr;  //!< by population
    double* deviation_nA = nullptr;                   //!< from the mean, by local neuron
    //! Place in BlockTask::waveforms of the mean at the first step of the block, others follow; -1:
    //! it does not change.
    std::int32_t waveform = -1;
    //! Place in BlockTask::known_currents of what it does over the block in the first population,
    //! others follow; -1: it is not known, or the block is not whole.
    std::int32_t known = -1;
};

template <class T>
struct List {
    const T* items = nullptr;
    std::uint32_t size = 0;
};

// An event of a neuron: step (high word) and global id (low word).
using PackedEvent = std::uint64_t;

// Input of a local neuron, by step within the block.
struct InputTask {
    PackedEvent event;
    model::FixedPoint weight;
    std::uint32_t site;
};

struct BlockTask {
    std::int64_t begin = 0;
    std::int32_t steps = 0;
    plasticity::Window window;
    std::int32_t at = 0;  //!< first step within the window
    bool begins_window = false;
    bool ends_window = false;
    std::int32_t offset = 0;      //!< first step within the epoch
    std::int64_t grid_begin = 0;  //!< of the block of the grid that this is a part of
    std::int32_t grid_steps = 0;
    std::int32_t parity = 0;  //!< which of the alternating arrays hold this window
    bool first_of_epoch = false;
    bool last_of_epoch = false;
    double highest_post_gain = 0;  //!< most that spikes of the block add to a postsynaptic trace
    List<PackedEvent> arriving;    //!< spikes, by step within the epoch
    //! By arriving spike: its first place in Arrays::active_arrivals.
    List<std::uint32_t> first_arrival;
    List<PackedEvent> influx;  //!< presynaptic calcium, by step within the block
    // Of recent spikes that count no more, if the block begins a window: by its steps.
    List<PackedEvent> arrivals_leaving;  //!< by source
    List<PackedEvent> spikes_leaving;    //!< by local neuron, in place of a global id
    List<PulseTask> pulses;
    List<model::PoissonTrain> trains;
    List<model::ForcedSpike> forced;
    List<double> waveforms;  //!< see PulseTask
    List<model::CurrentEffect> known_currents;
    List<PackedEvent> forced_by_neuron;  //!< of local neurons, by step within the block
    List<InputTask> inputs;
    //! By step of the window, until the end of the block; no_sample if none is due.
    std::int64_t sample_row[model::max_window_steps] = {};
    bool has_samples = false;  //!< whether any is in the block

    std::int64_t end() const { return begin + steps; }
    //! E at a step of the block.
    ENGRAM_HD_INLINE double relaxation(int step) const { return window.relaxation[at + step]; }
    ENGRAM_HD_INLINE bool plasticity() const { return window.conditions.plasticity; }
    ENGRAM_HD_INLINE bool is_whole() const { return begin == grid_begin && steps == grid_steps; }
};
inline constexpr std::int64_t no_sample = -1;

}  // namespace engram::device

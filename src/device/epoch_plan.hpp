// What each of the blocks of an epoch has to do.
#pragma once

#include <span>
#include <vector>

#include "device/block_task.hpp"
#include "device/epoch_upload.hpp"
#include "simulation/spike.hpp"

namespace engram::device {

// The tasks of an epoch while they are put together: lists are filled first, then uploaded.
struct BlockPlan {
    BlockTask task;
    std::vector<PackedEvent> arriving;
    std::vector<std::uint32_t> first_arrival;
    std::vector<PackedEvent> influx;
    std::vector<PulseTask> pulses;
    std::vector<model::PoissonTrain> trains;
    std::vector<model::ForcedSpike> forced;
    std::uint64_t n_plastic_arrivals = 0;  //!< plastic synapses that the spikes reach
    bool samples = false;                  //!< whether any step is due
};

using EpochPlan = std::vector<BlockPlan>;

//! Uploads a plan and fills in the tasks' lists. Returns the tasks on the device.
const BlockTask* upload(EpochUpload& upload, EpochPlan& plan);

}  // namespace engram::device

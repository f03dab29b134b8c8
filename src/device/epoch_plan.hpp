// SPDX-License-Identifier: Apache-2.0
// What each of the blocks of an epoch has to do, gathered so that one copy brings it over.
#pragma once

#include <cstring>
#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "simulation/spike.hpp"

namespace engram::device {

// The tasks of an epoch while they are put together: lists are filled first, then uploaded.
struct BlockPlan {
    BlockTask task;
    std::vector<PackedEvent> arriving;
    std::vector<std::uint32_t> first_arrival;
    std::vector<PackedEvent> influx;
    std::vector<PackedEvent> arrivals_leaving;
    std::vector<PackedEvent> spikes_leaving;
    std::vector<PulseTask> pulses;
    std::vector<model::PoissonTrain> trains;
    std::vector<model::ForcedSpike> forced;
    std::vector<double> waveforms;
    std::vector<model::CurrentEffect> known_currents;
    std::vector<PackedEvent> forced_by_neuron;
    std::vector<InputTask> inputs;
    std::vector<std::int64_t> snapshots;  //!< steps at which some are wanted, if it begins a window
    bool samples_in_window = false;       //!< whether any is due in the whole window
    std::uint64_t n_plastic_arrivals = 0;  //!< plastic synapses that the spikes reach

    //! Calls visit(values, list of the task) for each list.
    template <class Visit>
    void for_each_list(Visit visit) {
        visit(arriving, task.arriving);
        visit(first_arrival, task.first_arrival);
        visit(influx, task.influx);
        visit(arrivals_leaving, task.arrivals_leaving);
        visit(spikes_leaving, task.spikes_leaving);
        visit(pulses, task.pulses);
        visit(trains, task.trains);
        visit(forced, task.forced);
        visit(waveforms, task.waveforms);
        visit(known_currents, task.known_currents);
        visit(forced_by_neuron, task.forced_by_neuron);
        visit(inputs, task.inputs);
    }
};

using EpochPlan = std::vector<BlockPlan>;

class EpochUpload {
  public:
    explicit EpochUpload(Device& device) : device_(device), staging_(device) {}

    //! Uploads a plan and fills in the tasks' lists. Returns the tasks on the device.
    const BlockTask* send(EpochPlan& plan) {
        // Tasks come first, so that they are at the same place in every epoch: launches that use
        // them can be kept.
        const std::size_t tasks_bytes = aligned(plan.size() * sizeof(BlockTask));
        std::size_t bytes = tasks_bytes;
        for (BlockPlan& block : plan)
            block.for_each_list([&](const auto& values, auto&) { bytes += size_of(values); });
        reserve(bytes);
        std::size_t used = tasks_bytes;
        for (std::size_t b = 0; b < plan.size(); ++b) {
            plan[b].for_each_list([&]<class T>(const std::vector<T>& values, List<T>& list) {
                list = {reinterpret_cast<const T*>(memory_.data() + used),
                        static_cast<std::uint32_t>(values.size())};
                if (!values.empty())
                    std::memcpy(staging_.data() + used, values.data(), values.size() * sizeof(T));
                used += size_of(values);
            });
            std::memcpy(staging_.data() + b * sizeof(BlockTask), &plan[b].task, sizeof(BlockTask));
        }
        memory_.copy_from({staging_.data(), bytes});
        return reinterpret_cast<const BlockTask*>(memory_.data());
    }

  private:
    static std::size_t aligned(std::size_t bytes) {
        constexpr std::size_t alignment = 16;
        return (bytes + alignment - 1) / alignment * alignment;
    }
    template <class T>
    static std::size_t size_of(const std::vector<T>& values) {
        return aligned(values.size() * sizeof(T));
    }
    void reserve(std::size_t bytes) {
        staging_.reserve(bytes);
        if (bytes <= memory_.size()) return;
        memory_ = DeviceArray<std::byte>();
        memory_ = DeviceArray<std::byte>(device_, bytes + bytes / 2);
    }

    Device& device_;
    StagingBuffer staging_;
    DeviceArray<std::byte> memory_;
};

}  // namespace engram::device

// The state of one rank's neurons and plastic synapses in device memory.
#pragma once

#include <cstdint>
#include <vector>

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "device/device_need.hpp"
#include "network/network.hpp"

namespace engram::device {

class DeviceState {
  public:
    //! \param n_spikes  most spikes that an epoch can bring on this rank
    DeviceState(Device& device, const Network& network, std::uint64_t n_spikes);

    //! Fills in where the state lies. Valid until reserve_arrivals.
    void describe(Arrays& arrays) const;

    //! No calcium, no events marked.
    void clear_calcium();
    //! Makes room for this many arrivals at synapses that may be active.
    void reserve_arrivals(std::uint64_t n);

    //! Bytes that a network's state will take.
    static std::uint64_t bytes(const RankSizes& sizes, std::uint64_t n_spikes);
    //! Of these, bytes that grow with the plastic synapses.
    std::uint64_t synapse_bytes() const {
        return g.size() * sizeof(double) + stored_z.size() * sizeof(double) + tag.size();
    }

    // See Arrays.
    DeviceArray<double> v_mV, i_syn_nA, i_bg_nA, refractory;
    DeviceArray<double> g, stored_z;
    DeviceArray<std::uint8_t> tag;
    DeviceArray<double> protein, shrinkage;
    DeviceArray<double> pre_start[2], post_start[2];
    DeviceArray<std::uint64_t> output;
    DeviceArray<model::FixedPoint> n_draws;

  private:
    Device& device_;
    DeviceArray<model::FixedPoint> input_;
    DeviceArray<std::uint32_t> arrival_list_;
    DeviceArray<ActiveArrival> active_arrivals_;
    DeviceArray<model::FixedPoint> change_sum_;
    DeviceArray<double> synthesis_end_s_, post_highest_, tag_watch_;
    DeviceArray<model::BlockMask> post_jumps_, pre_jumps_[2], arrivals_[2];
    DeviceArray<RowTask> row_tasks_;
    DeviceArray<BlockCounters> counters_;
};

}  // namespace engram::device

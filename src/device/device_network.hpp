// The synapse tables and ids of one rank in device memory.
#pragma once

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "device/device_need.hpp"
#include "network/network.hpp"

namespace engram::device {

class DeviceNetwork {
  public:
    DeviceNetwork(Device& device, const Network& network);

    //! Fills in what is known of the network.
    void describe(Arrays& arrays) const;

    //! Bytes that a network will take.
    static std::uint64_t bytes(const RankSizes& sizes);

  private:
    struct Table {
        DeviceArray<std::uint64_t> offsets;
        DeviceArray<std::uint32_t> targets;
        Rows rows() const {
            return {offsets.data(), targets.data(), static_cast<std::uint32_t>(offsets.size() - 1)};
        }
    };
    static Table upload(Device& device, const SynapseTable& table);

    const Network& network_;
    Table plastic_, exc_inh_, inh_exc_, inh_inh_;
    DeviceArray<std::uint32_t> global_ids_;
};

}  // namespace engram::device

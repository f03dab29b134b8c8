// The synapses and populations of one rank in device memory.
#pragma once

#include <vector>

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "device/device_need.hpp"
#include "network/network.hpp"

namespace engram::device {

class DeviceNetwork {
  public:
    //! The network must outlive it.
    DeviceNetwork(Device& device, const Experiment& experiment, const Network& network);

    template <class M>
    void describe(Arrays<M>& arrays) const {
        arrays.n_local = network_.n_local();
        arrays.n_deliveries = static_cast<std::uint32_t>(n_deliveries_);
        arrays.plastic = plastic_.rows();
        arrays.population_end = population_end_.data();
        arrays.deliveries = deliveries_.data();
        arrays.populations = populations_.data();
        arrays.population = population_.data();
        arrays.global_ids = global_ids_.data();
    }

    //! Bytes that it will take, but for what grows with the number of populations.
    static std::uint64_t bytes(const RankSizes& sizes);

  private:
    struct Table {
        DeviceArray<std::uint64_t> offsets;
        DeviceArray<std::uint32_t> targets;
        Table(Device& device, const SynapseTable& table)
            : offsets(device, table.offsets()), targets(device, table.targets()) {}
        Rows rows() const {
            return {offsets.data(), targets.data(), static_cast<std::uint32_t>(offsets.size() - 1)};
        }
    };
    void make_deliveries(Device& device, const Experiment& experiment);

    const Network& network_;
    Table plastic_;
    std::vector<Table> fixed_;
    DeviceArray<PopulationInfo> populations_;
    DeviceArray<std::uint32_t> population_end_;
    DeviceArray<std::uint8_t> population_;
    std::size_t n_deliveries_ = 0;
    DeviceArray<Delivery> deliveries_;
    DeviceArray<std::uint32_t> global_ids_;
};

}  // namespace engram::device

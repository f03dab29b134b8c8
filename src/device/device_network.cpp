#include "device/device_network.hpp"

namespace engram::device {

namespace {

std::vector<std::uint32_t> global_ids(const Network& network) {
    std::vector<std::uint32_t> ids(network.n_local());
    for (std::uint32_t j = 0; j < network.n_local(); ++j) ids[j] = network.global_id(j);
    return ids;
}

}  // namespace

DeviceNetwork::DeviceNetwork(Device& device, const Network& network)
    : network_(network),
      plastic_(upload(device, network.plastic())),
      exc_inh_(upload(device, network.fixed()[0].table)),
      inh_exc_(upload(device, network.fixed()[1].table)),
      inh_inh_(upload(device, network.fixed()[2].table)),
      global_ids_(device, global_ids(network)) {}

DeviceNetwork::Table DeviceNetwork::upload(Device& device, const SynapseTable& table) {
    return {DeviceArray<std::uint64_t>(device, table.offsets()),
            DeviceArray<std::uint32_t>(device, table.targets())};
}

void DeviceNetwork::describe(Arrays& arrays) const {
    arrays.n_local = network_.n_local();
    arrays.n_local_exc = network_.n_local_exc();
    arrays.n_exc = network_.populations().n_exc();
    arrays.plastic = plastic_.rows();
    arrays.exc_inh = exc_inh_.rows();
    arrays.inh_exc = inh_exc_.rows();
    arrays.inh_inh = inh_inh_.rows();
    arrays.global_ids = global_ids_.data();
}

std::uint64_t DeviceNetwork::bytes(const RankSizes& sizes) {
    // Each kind of source has two tables, with one offset more than sources.
    const std::uint64_t n_offsets = 2 * (sizes.n_exc + 1) + 2 * (sizes.n_inh + 1);
    return (sizes.n_local + sizes.n_plastic + sizes.n_fixed) * sizeof(std::uint32_t) +
           n_offsets * sizeof(std::uint64_t);
}

}  // namespace engram::device

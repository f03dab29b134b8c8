#include "device/device_network.hpp"

namespace engram::device {

namespace {

std::vector<std::uint32_t> global_ids(const Network& network) {
    std::vector<std::uint32_t> ids(network.n_local());
    for (std::uint32_t j = 0; j < network.n_local(); ++j) ids[j] = network.global_id(j);
    return ids;
}

constexpr Projection projections[] = {Projection::exc_exc, Projection::exc_inh, Projection::inh_exc,
                                      Projection::inh_inh};

}  // namespace

DeviceNetwork::DeviceNetwork(Device& device, const Network& network)
    : network_(network),
      plastic_(upload(device, network.table(Projection::exc_exc))),
      exc_inh_(upload(device, network.table(Projection::exc_inh))),
      inh_exc_(upload(device, network.table(Projection::inh_exc))),
      inh_inh_(upload(device, network.table(Projection::inh_inh))),
      global_ids_(device, global_ids(network)) {}

DeviceNetwork::Table DeviceNetwork::upload(Device& device, const SynapseTable& table) {
    return {DeviceArray<std::uint64_t>(device, table.offsets()),
            DeviceArray<std::uint32_t>(device, table.targets())};
}

void DeviceNetwork::describe(Arrays& arrays) const {
    arrays.n_local = network_.n_local();
    arrays.n_local_exc = network_.n_local_exc();
    arrays.n_exc = network_.populations().n_exc;
    arrays.plastic = plastic_.rows();
    arrays.exc_inh = exc_inh_.rows();
    arrays.inh_exc = inh_exc_.rows();
    arrays.inh_inh = inh_inh_.rows();
    arrays.global_ids = global_ids_.data();
}

std::uint64_t DeviceNetwork::bytes(const Network& network) {
    std::uint64_t bytes = network.n_local() * sizeof(std::uint32_t);
    for (const Projection projection : projections) {
        const SynapseTable& table = network.table(projection);
        bytes += table.size() * sizeof(std::uint32_t) +
                 (table.n_sources() + std::uint64_t{1}) * sizeof(std::uint64_t);
    }
    return bytes;
}

}  // namespace engram::device

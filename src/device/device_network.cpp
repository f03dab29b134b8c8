#include "device/device_network.hpp"

#include <algorithm>

namespace engram::device {

namespace {

std::vector<std::uint32_t> global_ids(const Network& network) {
    std::vector<std::uint32_t> ids(network.n_local());
    for (std::uint32_t j = 0; j < network.n_local(); ++j) ids[j] = network.global_id(j);
    return ids;
}

std::vector<std::uint8_t> population_of_neurons(const Network& network) {
    std::vector<std::uint8_t> populations(network.n_local());
    for (std::size_t p = 0; p < network.populations().n_populations(); ++p) {
        const LocalRange range = network.local_range(p);
        std::fill(populations.begin() + range.begin, populations.begin() + range.end,
                  static_cast<std::uint8_t>(p));
    }
    return populations;
}

std::vector<std::uint32_t> population_ends(const Populations& populations) {
    std::vector<std::uint32_t> ends;
    for (const Population& population : populations) ends.push_back(population.end());
    return ends;
}

std::vector<PopulationInfo> population_infos(const Experiment& experiment) {
    std::vector<PopulationInfo> infos;
    for (const Population& population : experiment.populations)
        infos.push_back({experiment.neuron_of(population).v_init_mV, population.is_excitatory()});
    return infos;
}

}  // namespace

DeviceNetwork::DeviceNetwork(Device& device, const Experiment& experiment, const Network& network)
    : network_(network),
      plastic_(device, network.plastic()),
      populations_(device, population_infos(experiment)),
      population_end_(device, population_ends(network.populations())),
      population_(device, population_of_neurons(network)),
      global_ids_(device, global_ids(network)) {
    for (const FixedSynapses& fixed : network.fixed()) fixed_.emplace_back(device, fixed.table);
    make_deliveries(device, experiment);
}

void DeviceNetwork::make_deliveries(Device& device, const Experiment& experiment) {
    const Populations& populations = network_.populations();
    std::vector<std::vector<Delivery>> of_population(populations.n_populations());
    for (const Projection& projection : network_.projections()) {
        auto& list = of_population[projection.from];
        // All plastic synapses are in one table.
        if (projection.plastic && (list.empty() || !list.front().plastic))
            list.insert(list.begin(), Delivery{plastic_.rows(), 0, true, 0, 0});
    }
    for (std::size_t i = 0; i < fixed_.size(); ++i) {
        const FixedSynapses& fixed = network_.fixed()[i];
        const double weight_h_0 = network_.projections()[fixed.projection].weight_h_0;
        of_population[fixed.from].push_back(
            {fixed_[i].rows(), populations[fixed.from].first, false,
             model::to_fixed_point(weight_h_0 * experiment.synapses.h_0_mV),
             network_.projections()[fixed.projection].site});
    }
    n_deliveries_ = 1;
    for (const auto& list : of_population) n_deliveries_ = std::max(n_deliveries_, list.size());
    std::vector<Delivery> deliveries;
    for (auto& list : of_population) {
        list.resize(n_deliveries_);
        deliveries.insert(deliveries.end(), list.begin(), list.end());
    }
    deliveries_ = {device, deliveries};
}

std::uint64_t DeviceNetwork::bytes(const RankSizes& sizes) {
    const std::uint64_t n_offsets = sizes.n_sources + sizes.n_fixed_rows;
    return (sizes.n_local + sizes.n_plastic + sizes.n_fixed) * sizeof(std::uint32_t) +
           sizes.n_local + n_offsets * sizeof(std::uint64_t);
}

}  // namespace engram::device

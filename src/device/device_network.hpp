// SPDX-License-Identifier: Apache-2.0
// The synapses and populations of one rank in device memory.
#pragma once

#include <algorithm>
#include <vector>

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "device/device_need.hpp"
#include "network/network.hpp"

namespace engram::device {

class DeviceNetwork {
  public:
    DeviceNetwork(Device& device, const Experiment& experiment, const Network& network)
        : n_local_(network.n_local()),
          plastic_(device, network.plastic()),
          global_ids_(device, network.global_ids()) {
        std::vector<PopulationInfo> populations;
        std::vector<std::uint8_t> population(network.n_local());
        for (const Population& one : network.populations()) {
            const LocalRange range = network.local_range(populations.size());
            std::fill_n(population.begin() + range.begin, range.size(),
                        static_cast<std::uint8_t>(populations.size()));
            populations.push_back(
                {one.end(), experiment.neuron_of(one).v_init_mV, one.is_excitatory()});
        }
        populations_ = {device, populations};
        population_ = {device, population};
        for (const FixedSynapses& fixed : network.fixed()) fixed_.emplace_back(device, fixed.table);
        make_deliveries(device, experiment, network);
    }

    template <class M>
    void describe(Arrays<M>& arrays) const {
        arrays.n_local = n_local_;
        arrays.n_deliveries = static_cast<std::uint32_t>(n_deliveries_);
        arrays.plastic = plastic_.rows();
        arrays.deliveries = deliveries_.data();
        arrays.populations = populations_.data();
        arrays.population = population_.data();
        arrays.global_ids = global_ids_.data();
    }

    //! Bytes that it will take, but for what grows with the number of populations.
    static std::uint64_t bytes(const RankSizes& sizes) {
        const std::uint64_t n_offsets = sizes.sources + sizes.fixed_rows;
        return (sizes.neurons + sizes.synapses + sizes.fixed_synapses) * sizeof(std::uint32_t) +
               sizes.neurons + n_offsets * sizeof(std::uint64_t);
    }

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
    void make_deliveries(Device& device, const Experiment& experiment, const Network& network) {
        const Populations& populations = network.populations();
        std::vector<std::vector<Delivery>> of_population(populations.n_populations());
        for (const Projection& projection : network.projections()) {
            auto& list = of_population[projection.from];
            // All plastic synapses are in one table.
            if (projection.plastic && (list.empty() || !list.front().plastic))
                list.insert(list.begin(), Delivery{plastic_.rows(), 0, true, 0, 0});
        }
        for (std::size_t i = 0; i < fixed_.size(); ++i) {
            const FixedSynapses& fixed = network.fixed()[i];
            const double weight_h_0 = network.projections()[fixed.projection].weight_h_0;
            of_population[fixed.from].push_back(
                {fixed_[i].rows(), populations[fixed.from].first, false,
                 model::to_fixed_point(weight_h_0 * experiment.synapses.h_0_mV),
                 network.projections()[fixed.projection].site});
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

    std::uint32_t n_local_;
    Table plastic_;
    std::vector<Table> fixed_;
    DeviceArray<PopulationInfo> populations_;
    DeviceArray<std::uint8_t> population_;
    std::size_t n_deliveries_ = 0;
    DeviceArray<Delivery> deliveries_;
    DeviceArray<std::uint32_t> global_ids_;
};

}  // namespace engram::device

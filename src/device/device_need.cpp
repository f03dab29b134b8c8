// SPDX-License-Identifier: Apache-2.0
#include "device/device_need.hpp"

#include <cmath>

#include "device/device_network.hpp"
#include "device/device_neurons.hpp"
#include "device/device_state.hpp"
#include "model/neuron.hpp"
#include "simulation/block_grid.hpp"
#include "simulation/mechanism_setup.hpp"

namespace engram::device {

RankSizes sizes_of(const Network& network) {
    RankSizes sizes{sizes_of_state(network), 0, network.n_fixed()};
    for (const FixedSynapses& fixed : network.fixed()) sizes.fixed_rows += fixed.table.n_sources();
    return sizes;
}

RankSizes expected_sizes(const Experiment& experiment, double n_plastic, double n_fixed,
                         int n_ranks) {
    const auto share = [&](double all) {
        return static_cast<std::uint64_t>(std::ceil(all / n_ranks));
    };
    const Populations& populations = experiment.populations;
    RankSizes sizes{{share(populations.size()), populations.excitatory_end(), share(n_plastic)},
                    0,
                    share(n_fixed)};
    for (const Projection& projection : experiment.projections())
        if (!projection.plastic) sizes.fixed_rows += populations[projection.from].count;
    return sizes;
}

std::uint64_t most_spikes_per_epoch(const Experiment& experiment, std::uint64_t n_local) {
    const int most = model::most_spikes(block_grid(experiment).epoch_steps(),
                                        shortest_refractory_steps(experiment));
    return n_local * static_cast<std::uint64_t>(most);
}

std::uint64_t bytes_on_device(const Experiment& experiment, const RankSizes& sizes) {
    const std::uint64_t receives = experiment.stimuli.size() * sizes.neurons;
    const std::uint64_t n_spikes = most_spikes_per_epoch(experiment, sizes.neurons);
    const plasticity::StateSizes& of_state = sizes;
    return DeviceNetwork::bytes(sizes) + BuiltInDeviceNeurons::bytes(experiment, sizes) +
           plasticity::with_mechanisms(
               experiment.synapses, experiment.protein_diffusion(),
               [&]<class M>(M) {
                   return DeviceState<M>::bytes(
                       with_modes<M>(of_state, experiment.protein_diffusion()),
                       block_grid(experiment).longest(), BuiltInDeviceNeurons::n_sites(experiment),
                       n_spikes);
               }) +
           receives;
}

}  // namespace engram::device

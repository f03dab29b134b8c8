#include "device/device_need.hpp"

#include "device/device_network.hpp"
#include "device/device_state.hpp"
#include "model/neuron.hpp"

namespace engram::device {

RankSizes sizes_of(const Network& network) {
    return {network.n_local(),
            network.n_local_exc(),
            network.populations().n_exc(),
            network.populations().n_inh(),
            network.plastic().size(),
            network.n_fixed()};
}

std::uint64_t most_spikes_per_epoch(const Experiment& experiment, std::uint64_t n_local) {
    const auto epoch_steps =
        static_cast<int>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms));
    const auto refractory_steps =
        static_cast<int>(experiment.steps_from_ms(experiment.neuron.t_ref_ms));
    return n_local * static_cast<std::uint64_t>(model::most_spikes(epoch_steps, refractory_steps));
}

std::uint64_t bytes_on_device(const Experiment& experiment, const RankSizes& sizes) {
    const std::uint64_t receives = experiment.stimuli.size() * sizes.n_local;
    return DeviceNetwork::bytes(sizes) +
           DeviceState::bytes(sizes, most_spikes_per_epoch(experiment, sizes.n_local)) + receives;
}

}  // namespace engram::device

#include "simulation/calcium_influx.hpp"

#include <algorithm>

namespace engram {

CalciumInflux::CalciumInflux(const Experiment& experiment)
    : delay_steps_(experiment.steps_from_ms(experiment.synapses.t_ca_delay_ms)),
      populations_(experiment.populations) {}

void CalciumInflux::schedule(std::span<const PackedSpike> spikes, Step epoch_begin) {
    for (const PackedSpike spike : spikes)
        if (populations_.is_excitatory(neuron_of(spike)))
            due_.push_back({epoch_begin + step_in_epoch(spike) + delay_steps_, neuron_of(spike)});
}

std::vector<SpikeEvent> CalciumInflux::take_before(Step end) {
    const auto behind = std::find_if(due_.begin(), due_.end(),
                                     [end](const SpikeEvent& event) { return event.step >= end; });
    std::vector<SpikeEvent> taken(due_.begin(), behind);
    due_.erase(due_.begin(), behind);
    return taken;
}

void CalciumInflux::restore(const std::vector<SpikeEvent>& due) {
    due_.assign(due.begin(), due.end());
}

}  // namespace engram

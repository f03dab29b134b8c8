// SPDX-License-Identifier: Apache-2.0
// Presynaptic calcium that is on its way: a spike brings it t_Ca_delay later.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

class CalciumInflux {
  public:
    explicit CalciumInflux(const Experiment& experiment)
        : delay_steps_(experiment.steps_from_ms(experiment.synapses.t_ca_delay_ms)),
          populations_(experiment.populations) {}

    //! Takes note of the spikes of an epoch, sorted; those of inhibitory neurons bring none.
    void schedule(std::span<const PackedSpike> spikes, Step epoch_begin) {
        for (const PackedSpike spike : spikes)
            if (populations_.is_excitatory(neuron_of(spike)))
                due_.push_back(
                    {epoch_begin + step_in_epoch(spike) + delay_steps_, neuron_of(spike)});
    }
    //! Takes out what comes before a step: step and neuron, ascending.
    std::vector<SpikeEvent> take_before(Step end) {
        const auto behind = std::ranges::lower_bound(due_, end, {}, &SpikeEvent::step);
        std::vector<SpikeEvent> taken(due_.begin(), behind);
        due_.erase(due_.begin(), behind);
        return taken;
    }

    // What a checkpoint holds.
    std::vector<SpikeEvent> due() const { return {due_.begin(), due_.end()}; }
    void restore(const std::vector<SpikeEvent>& due) { due_.assign(due.begin(), due.end()); }
    void clear() { due_.clear(); }

  private:
    Step delay_steps_;
    Populations populations_;
    std::deque<SpikeEvent> due_;  //!< ascending
};

}  // namespace engram

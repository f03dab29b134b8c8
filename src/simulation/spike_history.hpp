// SPDX-License-Identifier: Apache-2.0
// Spikes of excitatory neurons that count for the rates of plasticity, of the whole network. Those
// of a presynaptic neuron count when they have arrived: no rank knows them earlier.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

class SpikeHistory {
  public:
    explicit SpikeHistory(const Experiment& experiment)
        : axonal_delay_(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms)),
          lasts_(experiment.steps_from_ms(experiment.synapses.rate_window_s * 1000.0)),
          populations_(experiment.populations) {}

    Step axonal_delay() const { return axonal_delay_; }
    //! Takes note of the spikes of an epoch, sorted.
    void add(std::span<const PackedSpike> spikes, Step epoch_begin) {
        for (const PackedSpike spike : spikes)
            if (populations_.is_excitatory(neuron_of(spike)))
                spikes_.push_back({epoch_begin + step_in_epoch(spike), neuron_of(spike)});
    }
    //! Calls visit(step, neuron) for the spikes that, seen that much later, count no more from a
    //! step in [begin, end) on.
    template <class Visit>
    void for_each_leaving(Step delay, Step begin, Step end, Visit visit) const {
        const Step later = delay + lasts_ + 1;
        for (auto spike = first_from(begin - later);
             spike != spikes_.end() && spike->step + later < end; ++spike)
            visit(spike->step + later, spike->neuron);
    }
    //! Calls visit(neuron) for the spikes that, seen that much later, count at the step before one.
    template <class Visit>
    void for_each_before(Step delay, Step step, Visit visit) const {
        for (auto spike = first_from(step - delay - lasts_ - 1);
             spike != spikes_.end() && spike->step + delay < step; ++spike)
            visit(spike->neuron);
    }
    //! What has left at all neurons before a step.
    void forget_before(Step step) {
        spikes_.erase(spikes_.begin(), first_from(step - axonal_delay_ - lasts_ - 1));
    }

    // What a checkpoint holds: step and neuron, ascending.
    std::vector<SpikeEvent> spikes() const { return {spikes_.begin(), spikes_.end()}; }
    void restore(const std::vector<SpikeEvent>& spikes) {
        spikes_.assign(spikes.begin(), spikes.end());
    }
    void clear() { spikes_.clear(); }

  private:
    std::deque<SpikeEvent>::const_iterator first_from(Step step) const {
        return std::ranges::lower_bound(spikes_, step, {}, &SpikeEvent::step);
    }

    Step axonal_delay_;
    Step lasts_;  //!< a spike of step q counts until step q + this
    Populations populations_;
    std::deque<SpikeEvent> spikes_;
};

}  // namespace engram

// Presynaptic calcium that is on its way: a spike brings it t_Ca_delay later.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

class CalciumInflux {
  public:
    explicit CalciumInflux(const Experiment& experiment);

    //! Takes note of the spikes of an epoch, sorted; those of inhibitory neurons bring none.
    void schedule(std::span<const PackedSpike> spikes, Step epoch_begin);
    //! Takes out what comes before a step: step and neuron, ascending.
    std::vector<SpikeEvent> take_before(Step end);

    // What a checkpoint holds.
    std::vector<SpikeEvent> due() const { return {due_.begin(), due_.end()}; }
    void restore(const std::vector<SpikeEvent>& due);
    void clear() { due_.clear(); }

  private:
    Step delay_steps_;
    Populations populations_;
    std::deque<SpikeEvent> due_;  //!< ascending
};

}  // namespace engram

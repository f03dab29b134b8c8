// SPDX-License-Identifier: Apache-2.0
// Says once, while it runs, if the network runs away.
#pragma once

#include "analysis/runaway.hpp"
#include "simulation/result_sink.hpp"

namespace engram::job {

inline constexpr const char* runaway_remedy =
    "weaken the stimuli or the excitatory weights, strengthen the inhibition, or set "
    "synapses.rate_threshold_p_Hz";

class RunawayWatch : public ProgressListener {
  public:
    explicit RunawayWatch(const Experiment& experiment) : detector_(experiment) {}

    void phase_begins(const Phase&, Step step) override { detector_.begin(step); }
    void spikes_fired(Step step, std::span<const SpikeEvent> spikes) override;

    double limit_Hz() const { return detector_.limit_Hz(); }
    bool has_warned() const { return has_warned_; }

  private:
    RunawayDetector detector_;
    bool has_warned_ = false;
};

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
#include "job/runaway_watch.hpp"

#include "base/messages.hpp"

namespace engram::job {

void RunawayWatch::spikes_fired(Step step, std::span<const SpikeEvent> spikes) {
    if (has_warned_) return;
    const auto runaway = detector_.add(step, spikes);
    if (!runaway) return;
    warning(
        "the network runs away: from {:.10g} s to {:.10g} s, {} fire at {:.0f} Hz and inhibitory "
        "ones at {:.0f} Hz; {}",
        runaway->begin_s, runaway->end_s,
        runaway->is_of_all ? "without any stimulus, excitatory neurons"
                           : "excitatory neurons that receive no stimulus",
        runaway->exc_Hz, runaway->inh_Hz, runaway_remedy);
    has_warned_ = true;
}

}  // namespace engram::job

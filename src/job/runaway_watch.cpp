// SPDX-License-Identifier: Apache-2.0
#include "job/runaway_watch.hpp"

#include "base/messages.hpp"

namespace engram::job {

void RunawayWatch::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    if (has_warned_) return;
    const auto runaway = detector_.add(step, n_exc_spikes, n_inh_spikes);
    if (!runaway) return;
    warning(
        "the network runs away: from {:.10g} s to {:.10g} s, without any stimulus, excitatory "
        "neurons fire at {:.0f} Hz and inhibitory ones at {:.0f} Hz; {}",
        runaway->begin_s, runaway->end_s, runaway->exc_Hz, runaway->inh_Hz, runaway_remedy);
    has_warned_ = true;
}

}  // namespace engram::job

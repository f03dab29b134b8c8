// SPDX-License-Identifier: Apache-2.0
#include "job/runaway_watch.hpp"

#include <algorithm>

#include "base/messages.hpp"

namespace engram::job {

namespace {

std::vector<StepRange> all_stimulated(const Experiment& experiment) {
    std::vector<StepRange> all;
    for (const Stimulus& stimulus : experiment.stimuli)
        for (const StepRange& range : stimulus_ranges(experiment, stimulus)) all.push_back(range);
    std::ranges::sort(all, {}, &StepRange::begin);
    std::vector<StepRange> apart;
    for (const StepRange& range : all) {
        if (!apart.empty() && range.begin <= apart.back().end)
            apart.back().end = std::max(apart.back().end, range.end);
        else
            apart.push_back(range);
    }
    return apart;
}

double half_of_highest_rate_Hz(const Experiment& experiment) {
    double sum_Hz = 0;
    double n = 0;
    for (const Population& population : experiment.populations) {
        if (!population.is_excitatory()) continue;
        const double t_ref_s =
            std::max(experiment.neuron_of(population).t_ref_ms, experiment.dt_ms) / 1000.0;
        sum_Hz += population.count * 0.5 / t_ref_s;
        n += population.count;
    }
    return sum_Hz / n;
}

}  // namespace

RunawayWatch::RunawayWatch(const Experiment& experiment)
    : dt_s_(experiment.dt_ms / 1000.0),
      n_exc_(experiment.populations.count(PopulationKind::excitatory)),
      n_inh_(experiment.populations.count(PopulationKind::inhibitory)),
      limit_Hz_(half_of_highest_rate_Hz(experiment)),
      stimulated_(all_stimulated(experiment)) {}

void RunawayWatch::phase_begins(const Phase&, Step step) {
    begin_interval(step);
}

void RunawayWatch::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    if (has_warned_) return;
    const Step before = step_;
    step_ = step;
    if (is_stimulated(before, step)) return begin_interval(step);
    n_exc_spikes_ += static_cast<double>(n_exc_spikes);
    n_inh_spikes_ += static_cast<double>(n_inh_spikes);
    const double time_s = static_cast<double>(step - begin_) * dt_s_;
    if (time_s < interval_s) return;
    const double exc_Hz = n_exc_spikes_ / n_exc_ / time_s;
    if (exc_Hz > limit_Hz_) {
        const double inh_Hz = n_inh_ > 0 ? n_inh_spikes_ / n_inh_ / time_s : 0.0;
        warning(
            "the network runs away: from {:.10g} s to {:.10g} s, without any stimulus, excitatory "
            "neurons fire at {:.0f} Hz and inhibitory ones at {:.0f} Hz; weaken the stimuli or the "
            "excitatory weights, strengthen the inhibition, or set synapses.rate_threshold_p_Hz",
            static_cast<double>(begin_) * dt_s_, static_cast<double>(step) * dt_s_, exc_Hz, inh_Hz);
        has_warned_ = true;
    }
    begin_interval(step);
}

bool RunawayWatch::is_stimulated(Step begin, Step end) const {
    const auto next = std::ranges::upper_bound(stimulated_, begin, {}, &StepRange::end);
    return next != stimulated_.end() && next->begin < end;
}

void RunawayWatch::begin_interval(Step step) {
    begin_ = step_ = step;
    n_exc_spikes_ = n_inh_spikes_ = 0;
}

}  // namespace engram::job

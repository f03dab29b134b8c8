// SPDX-License-Identifier: Apache-2.0
#include "analysis/runaway.hpp"

#include <algorithm>

namespace engram {
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

RunawayDetector::RunawayDetector(const Experiment& experiment)
    : dt_s_(experiment.dt_ms / 1000.0),
      n_exc_(experiment.populations.count(PopulationKind::excitatory)),
      n_inh_(experiment.populations.count(PopulationKind::inhibitory)),
      limit_Hz_(half_of_highest_rate_Hz(experiment)),
      stimulated_(all_stimulated(experiment)) {}

void RunawayDetector::begin(Step step) {
    begin_ = step_ = step;
    n_exc_spikes_ = n_inh_spikes_ = 0;
}

std::optional<Runaway> RunawayDetector::add(Step step, std::size_t n_exc_spikes,
                                            std::size_t n_inh_spikes) {
    const Step before = step_;
    step_ = step;
    if (is_stimulated(before, step)) {
        begin(step);
        return std::nullopt;
    }
    n_exc_spikes_ += static_cast<double>(n_exc_spikes);
    n_inh_spikes_ += static_cast<double>(n_inh_spikes);
    const double time_s = static_cast<double>(step - begin_) * dt_s_;
    if (time_s < interval_s) return std::nullopt;
    const Runaway interval{static_cast<double>(begin_) * dt_s_, static_cast<double>(step) * dt_s_,
                           n_exc_spikes_ / n_exc_ / time_s,
                           n_inh_ > 0 ? n_inh_spikes_ / n_inh_ / time_s : 0.0};
    begin(step);
    if (interval.exc_Hz > limit_Hz_) return interval;
    return std::nullopt;
}

bool RunawayDetector::is_stimulated(Step begin, Step end) const {
    const auto next = std::ranges::upper_bound(stimulated_, begin, {}, &StepRange::end);
    return next != stimulated_.end() && next->begin < end;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "analysis/runaway.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace engram {
namespace {

// Sorted, and those joined between which there are less than some steps.
std::vector<StepRange> apart(std::vector<StepRange> ranges, Step steps) {
    std::ranges::sort(ranges, {}, &StepRange::begin);
    std::vector<StepRange> joined;
    for (const StepRange& range : ranges) {
        if (!joined.empty() && range.begin - joined.back().end < steps)
            joined.back().end = std::max(joined.back().end, range.end);
        else
            joined.push_back(range);
    }
    return joined;
}

bool overlaps(const std::vector<StepRange>& ranges, Step begin, Step end) {
    const auto next = std::ranges::upper_bound(ranges, begin, {}, &StepRange::end);
    return next != ranges.end() && next->begin < end;
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
    : populations_(experiment.populations),
      dt_s_(experiment.dt_ms / 1000.0),
      interval_steps_(static_cast<Step>(std::ceil(interval_s / dt_s_))),
      n_exc_(experiment.populations.count(PopulationKind::excitatory)),
      n_inh_(experiment.populations.count(PopulationKind::inhibitory)),
      limit_Hz_(half_of_highest_rate_Hz(experiment)),
      is_left_out_(experiment.populations.size()) {
    std::vector<StepRange> all;
    std::map<std::vector<std::string>, std::size_t> groups;
    for (const Stimulus& stimulus : experiment.stimuli) {
        Stimulated& one = stimuli_.emplace_back();
        one.ranges = apart(stimulus_ranges(experiment, stimulus), 1);
        all.insert(all.end(), one.ranges.begin(), one.ranges.end());
        const auto [known, is_new] =
            groups.try_emplace({stimulus.group.begin(), stimulus.group.end()}, receivers_.size());
        one.group = known->second;
        if (!is_new) continue;
        receivers_.push_back(experiment.receivers(stimulus));
        std::erase_if(receivers_.back(),
                      [&](NeuronId id) { return !populations_.is_excitatory(id); });
    }
    stretches_ = apart(std::move(all), interval_steps_);
}

void RunawayDetector::begin(Step step) {
    begin_ = step_ = step;
    place_.reset();
    n_exc_spikes_ = n_inh_spikes_ = 0;
}

std::optional<Runaway> RunawayDetector::add(Step step, std::span<const SpikeEvent> spikes) {
    const Step before = step_;
    step_ = step;
    const Place place = place_of(before, step);
    if (place == Place::across || (place_ && *place_ != place)) {
        begin(step);
        return std::nullopt;
    }
    if (!place_) {
        place_ = place;
        place == Place::outside ? count_all() : count_those_without_stimulus();
    }
    for (const SpikeEvent& spike : spikes)
        if (!populations_.is_excitatory(spike.neuron))
            ++n_inh_spikes_;
        else if (is_left_out_[spike.neuron] == 0)
            ++n_exc_spikes_;
    const double time_s = static_cast<double>(step - begin_) * dt_s_;
    if (time_s < interval_s) return std::nullopt;
    const Runaway interval{static_cast<double>(begin_) * dt_s_, static_cast<double>(step) * dt_s_,
                           n_counted_ > 0 ? n_exc_spikes_ / n_counted_ / time_s : 0.0,
                           n_inh_ > 0 ? n_inh_spikes_ / n_inh_ / time_s : 0.0,
                           place == Place::outside};
    begin(step);
    if (interval.exc_Hz > limit_Hz_) return interval;
    return std::nullopt;
}

RunawayDetector::Place RunawayDetector::place_of(Step begin, Step end) const {
    const auto next = std::ranges::upper_bound(stretches_, begin, {}, &StepRange::end);
    if (next == stretches_.end() || next->begin >= end) return Place::outside;
    return next->begin <= begin && end <= next->end ? Place::inside : Place::across;
}

void RunawayDetector::count_all() {
    std::ranges::fill(is_left_out_, 0);
    n_counted_ = n_exc_;
}

// The last call of add for an interval may be about steps behind its end.
void RunawayDetector::count_those_without_stimulus() {
    count_all();
    for (const Stimulated& stimulus : stimuli_) {
        if (!overlaps(stimulus.ranges, begin_, begin_ + 2 * interval_steps_)) continue;
        for (const NeuronId id : receivers_[stimulus.group]) {
            n_counted_ -= is_left_out_[id] == 0 ? 1 : 0;
            is_left_out_[id] = 1;
        }
    }
}

}  // namespace engram

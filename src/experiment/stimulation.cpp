// SPDX-License-Identifier: Apache-2.0
#include "experiment/stimulation.hpp"

#include <algorithm>

namespace engram {
namespace {

void add_stimulus(const Experiment& experiment, std::uint32_t index, Stimulation& stimulation) {
    const Stimulus& stimulus = experiment.stimuli[index];
    const SchemeEntry& scheme = scheme_entry(stimulus.scheme);
    for (const StepRange& range : stimulus_ranges(experiment, stimulus)) {
        switch (scheme.effect) {
            case StimulusEffect::poisson_spikes:
                stimulation.trains.push_back({{index, range.begin, range.end},
                                              stimulus.rate_Hz * experiment.dt_ms / 1000.0});
                break;
            case StimulusEffect::one_spike:
                stimulation.forced.push_back({index, range.begin});
                break;
            case StimulusEffect::current: {
                CurrentPulse pulse{{index, range.begin, range.end}, {}, {}};
                if (scheme.waveform != nullptr)
                    pulse.waveform_nA = scheme.waveform(experiment, stimulus);
                for (const Population& population : experiment.populations)
                    pulse.current.push_back(
                        scheme.current(experiment, stimulus, experiment.neuron_of(population)));
                stimulation.pulses.push_back(std::move(pulse));
                break;
            }
            case StimulusEffect::spikes_of_file:
                break;  // by neuron: see simulation/given_spikes.hpp
        }
    }
}

}  // namespace

bool CurrentPulse::is_known() const {
    return std::ranges::all_of(current, [this](const model::StimulusCurrent& here) {
        return here.sigma_nA == 0.0 && (here.mean_nA != 0.0 || waveform_nA);
    });
}

std::string CurrentPulse::name() const {
    return "pulse_" + std::to_string(stimulus) + "_" + std::to_string(begin);
}

std::vector<StepRange> stimulus_ranges(const Experiment& experiment, const Stimulus& stimulus) {
    const Step duration = experiment.duration_steps();
    std::vector<StepRange> within;
    for (const StepRange& range : scheme_entry(stimulus.scheme).ranges(experiment, stimulus))
        if (range.begin < std::min(range.end, duration))
            within.push_back({range.begin, std::min(range.end, duration)});
    return within;
}

std::vector<StepRange> joined(const std::vector<StepRange>& ranges, std::size_t most) {
    const std::size_t n = std::max<std::size_t>((ranges.size() + most - 1) / most, 1);
    std::vector<StepRange> result;
    for (std::size_t i = 0; i < ranges.size(); i += n)
        result.push_back({ranges[i].begin, ranges[std::min(i + n, ranges.size()) - 1].end});
    return result;
}

StepRange stimulus_extent(const Experiment& experiment, const Stimulus& stimulus) {
    const std::vector<StepRange> ranges =
        scheme_entry(stimulus.scheme).ranges(experiment, stimulus);
    if (ranges.empty()) return {};
    return {ranges.front().begin, ranges.back().end};
}

std::vector<const Population*> receiving_populations(const Experiment& experiment,
                                                     const Stimulus& stimulus) {
    std::vector<const Population*> receiving;
    const auto receives = [&](const Population& population) {
        return std::any_of(
            stimulus.group.begin(), stimulus.group.end(), [&](const std::string& name) {
                const Group* group = experiment.groups.find(name);
                if (group == nullptr) return false;
                const auto first =
                    std::lower_bound(group->ids.begin(), group->ids.end(), population.first);
                return first != group->ids.end() && *first < population.end();
            });
    };
    for (const Population& population : experiment.populations)
        if (receives(population)) receiving.push_back(&population);
    return receiving;
}

Stimulation make_stimulation(const Experiment& experiment) {
    Stimulation stimulation;
    for (std::uint32_t i = 0; i < experiment.stimuli.size(); ++i)
        add_stimulus(experiment, i, stimulation);
    std::sort(stimulation.forced.begin(), stimulation.forced.end(),
              [](const auto& a, const auto& b) { return a.step < b.step; });
    return stimulation;
}

}  // namespace engram

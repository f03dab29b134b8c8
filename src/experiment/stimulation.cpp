#include "experiment/stimulation.hpp"

#include <algorithm>
#include <cmath>

namespace engram {
namespace {

constexpr double pulse_s = 0.1;             // ONEPULSE, and each pulse of TRIPLET
constexpr double triplet_interval_s = 0.5;  // from one start to the next
constexpr double train_s = 1.0;             // each Poisson train of STET
constexpr int triplet_pulses = 3;
constexpr int stet_trains = 3;

// Step ranges in which the stimulus is on; for EXPLICIT one per spike. Not clipped.
std::vector<StepRange> active_ranges(const Experiment& experiment, const Stimulus& stimulus) {
    const Step start = experiment.steps_from_s(stimulus.start_s);
    const auto steps = [&](double time_s) { return experiment.steps_from_s(time_s); };
    std::vector<StepRange> ranges;
    switch (stimulus.scheme) {
        case Scheme::rect:
            ranges.push_back({start, start + steps(stimulus.duration_s)});
            break;
        case Scheme::onepulse:
            ranges.push_back({start, start + steps(pulse_s)});
            break;
        case Scheme::triplet:
            for (int i = 0; i < triplet_pulses; ++i) {
                const Step begin = start + steps(i * triplet_interval_s);
                ranges.push_back({begin, begin + steps(pulse_s)});
            }
            break;
        case Scheme::stet:
            for (int i = 0; i < stet_trains; ++i) {
                const Step begin = start + steps(i * stimulus.duration_s / (stet_trains - 1));
                ranges.push_back({begin, begin + steps(train_s)});
            }
            break;
        case Scheme::full:
            ranges.push_back({start, experiment.duration_steps()});
            break;
        case Scheme::explicit_spikes:
            for (const double time_ms : stimulus.spike_times_ms) {
                const Step step = experiment.steps_from_ms(time_ms);
                ranges.push_back({step, step + 1});
            }
            break;
    }
    return ranges;
}

// Putative input neurons firing at a rate, in the diffusion limit (Luboeinski & Tetzlaff 2021).
model::StimulusCurrent current_of(const Experiment& experiment, const Stimulus& stimulus,
                                  const NeuronParameters& neuron) {
    const double inputs_per_s = stimulus.n_inputs * stimulus.rate_Hz;
    const double weight_nA = experiment.synapses.h_0_mV / neuron.r_leak_MOhm;
    return {inputs_per_s * weight_nA,
            std::sqrt(1000.0 * inputs_per_s / (2.0 * experiment.synapses.tau_syn_ms)) * weight_nA};
}

void add_stimulus(const Experiment& experiment, std::uint32_t index, Stimulation& stimulation) {
    const Stimulus& stimulus = experiment.stimuli[index];
    const Step duration = experiment.duration_steps();
    for (StepRange range : active_ranges(experiment, stimulus)) {
        range.end = std::min(range.end, duration);
        if (range.begin >= range.end) continue;
        switch (stimulus.scheme) {
            case Scheme::stet:
                stimulation.trains.push_back({{index, range.begin, range.end},
                                              stimulus.rate_Hz * experiment.dt_ms / 1000.0});
                break;
            case Scheme::explicit_spikes:
                stimulation.forced.push_back({index, range.begin});
                break;
            default: {
                CurrentPulse pulse{{index, range.begin, range.end}, {}};
                for (const Population& population : experiment.populations)
                    pulse.current.push_back(
                        current_of(experiment, stimulus, experiment.neuron_of(population)));
                stimulation.pulses.push_back(std::move(pulse));
            }
        }
    }
}

}  // namespace

std::string CurrentPulse::name() const {
    return "pulse_" + std::to_string(stimulus) + "_" + std::to_string(begin);
}

StepRange stimulus_extent(const Experiment& experiment, const Stimulus& stimulus) {
    const std::vector<StepRange> ranges = active_ranges(experiment, stimulus);
    if (ranges.empty()) return {};
    return {ranges.front().begin, ranges.back().end};
}

std::vector<const Population*> receiving_populations(const Experiment& experiment,
                                                     const Stimulus& stimulus) {
    std::vector<const Population*> receiving;
    const auto group =
        std::find_if(experiment.groups.begin(), experiment.groups.end(),
                     [&](const Group& candidate) { return candidate.name == stimulus.group; });
    if (group == experiment.groups.end()) return receiving;
    for (const Population& population : experiment.populations) {
        const auto first = std::lower_bound(group->ids.begin(), group->ids.end(), population.first);
        if (first != group->ids.end() && *first < population.end())
            receiving.push_back(&population);
    }
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

// SPDX-License-Identifier: Apache-2.0
#include "analysis/recall_measures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "experiment/stimulation.hpp"

namespace engram {
namespace {

constexpr double window_s = 0.5;
constexpr double reference_delay_s = 1.0;
constexpr double recall_delay_s = 0.1;

std::optional<RateWindow> window_around(const Experiment& experiment, Step onset, double delay_s) {
    const Step centre = onset + experiment.steps_from_s(delay_s);
    const Step half = experiment.steps_from_s(window_s / 2);
    if (centre < half || centre + half > experiment.duration_steps()) return std::nullopt;
    return RateWindow{centre - half, centre + half};
}

void mark(std::vector<char>& marks, const std::vector<NeuronId>& ids,
          const Populations& populations) {
    for (const NeuronId id : ids)
        if (populations.is_excitatory(id)) marks[id] = 1;
}

// A sum of counts, and of how many neurons.
struct Mean {
    std::uint64_t sum = 0;
    std::uint64_t n = 0;
    void add(std::uint32_t count) {
        sum += count;
        ++n;
    }
    double rate_Hz() const {
        return n == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(sum) / static_cast<double>(n) / window_s;
    }
};

template <class Key>
double entropy_of(const std::map<Key, std::size_t>& frequencies, std::size_t n) {
    double entropy = 0;
    for (const auto& [outcome, frequency] : frequencies) {
        const double probability = static_cast<double>(frequency) / static_cast<double>(n);
        entropy -= probability * std::log2(probability);
    }
    return entropy;
}

}  // namespace

RecallSetting recall_setting(const Experiment& experiment) {
    RecallSetting setting;
    const Populations& populations = experiment.populations;
    setting.is_assembly.assign(populations.size(), 0);
    setting.is_recalled.assign(populations.size(), 0);
    const auto is_excitatory = [&](NeuronId id) { return populations.is_excitatory(id); };
    const Stimulus* learn = nullptr;
    const Stimulus* recall = nullptr;
    Step learn_onset = std::numeric_limits<Step>::max();
    Step recall_onset = std::numeric_limits<Step>::min();
    for (const Stimulus& stimulus : experiment.stimuli) {
        const StepRange extent = stimulus_extent(experiment, stimulus);
        if (extent.begin >= extent.end) continue;
        if (std::ranges::none_of(experiment.receivers(stimulus), is_excitatory)) continue;
        if (stimulus.role == StimulusRole::learn && extent.begin < learn_onset) {
            learn = &stimulus;
            learn_onset = extent.begin;
        }
        if (stimulus.role == StimulusRole::recall && extent.begin > recall_onset) {
            recall = &stimulus;
            recall_onset = extent.begin;
        }
    }
    if (learn != nullptr) {
        mark(setting.is_assembly, experiment.receivers(*learn), populations);
        setting.reference = window_around(experiment, learn_onset, reference_delay_s);
    }
    if (recall != nullptr) {
        mark(setting.is_recalled, experiment.receivers(*recall), populations);
        setting.recall = window_around(experiment, recall_onset, recall_delay_s);
    }
    return setting;
}

SubpopulationRates subpopulation_rates(const RecallSetting& setting, const Populations& populations,
                                       const std::vector<std::uint32_t>& counts) {
    Mean exc, as, ans, ctrl, inh;
    for (NeuronId id = 0; id < populations.size(); ++id) {
        if (!populations.is_excitatory(id)) {
            inh.add(counts[id]);
            continue;
        }
        exc.add(counts[id]);
        if (!setting.is_assembly[id]) {
            if (!setting.is_recalled[id]) ctrl.add(counts[id]);
        } else if (setting.is_recalled[id]) {
            as.add(counts[id]);
        } else {
            ans.add(counts[id]);
        }
    }
    return {exc.rate_Hz(), as.rate_Hz(), ans.rate_Hz(), ctrl.rate_Hz(), inh.rate_Hz()};
}

std::vector<std::uint32_t> excitatory_counts(const Populations& populations,
                                             const std::vector<std::uint32_t>& counts) {
    std::vector<std::uint32_t> excitatory;
    for (const Population& population : populations)
        if (population.is_excitatory())
            excitatory.insert(excitatory.end(), counts.begin() + population.first,
                              counts.begin() + population.end());
    return excitatory;
}

double entropy_bits(const std::vector<std::uint32_t>& counts) {
    std::map<std::uint32_t, std::size_t> frequencies;
    for (const std::uint32_t count : counts) ++frequencies[count];
    return entropy_of(frequencies, counts.size());
}

double joint_entropy_bits(const std::vector<std::uint32_t>& a,
                          const std::vector<std::uint32_t>& b) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> frequencies;
    for (std::size_t i = 0; i < a.size(); ++i) ++frequencies[{a[i], b[i]}];
    return entropy_of(frequencies, a.size());
}

}  // namespace engram

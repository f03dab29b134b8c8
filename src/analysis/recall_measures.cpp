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

// Around 1 s after the onset of learning, as published.
constexpr double reference_begin_s = 0.75;
constexpr double reference_end_s = 1.25;

std::optional<RateWindow> window_from(const Experiment& experiment, const Stimulus& stimulus,
                                      double begin_s, double end_s) {
    const Step onset = stimulus_extent(experiment, stimulus).begin;
    const RateWindow window{onset + experiment.steps_from_s(begin_s),
                            onset + experiment.steps_from_s(end_s),
                            std::round((end_s - begin_s) * 1e9) / 1e9};
    if (window.begin < 0 || window.end > experiment.duration_steps() || window.begin >= window.end)
        return std::nullopt;
    return window;
}

// A sum of counts, and of how many neurons.
struct Mean {
    std::uint64_t sum = 0;
    std::uint64_t n = 0;
    void add(std::uint32_t count) {
        sum += count;
        ++n;
    }
    double rate_Hz(double length_s) const {
        return n == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(sum) / static_cast<double>(n) / length_s;
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

std::optional<RateWindow> reference_window(const Experiment& experiment, const Stimulus& learn) {
    return window_from(experiment, learn, reference_begin_s, reference_end_s);
}

std::optional<RateWindow> recall_window(const Experiment& experiment, const Stimulus& recall) {
    const MeasureSettings& measures = experiment.measures;
    auto window = window_from(experiment, recall, measures.recall_begin_s, measures.recall_end_s);
    if (window && measures.from_onset)
        window->begin = std::max(window->begin, stimulus_extent(experiment, recall).begin);
    return window;
}

std::vector<char> excitatory_marks(const Populations& populations,
                                   const std::vector<NeuronId>& neurons) {
    std::vector<char> marks(populations.size(), 0);
    for (const NeuronId id : neurons)
        if (populations.is_excitatory(id)) marks[id] = 1;
    return marks;
}

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
        setting.is_assembly = excitatory_marks(populations, experiment.receivers(*learn));
        setting.reference = reference_window(experiment, *learn);
    }
    if (recall != nullptr) {
        setting.is_recalled = excitatory_marks(populations, experiment.receivers(*recall));
        setting.recall = recall_window(experiment, *recall);
    }
    return setting;
}

SubpopulationRates subpopulation_rates(const RecallSetting& setting, const Populations& populations,
                                       const std::vector<std::uint32_t>& counts, double length_s) {
    Mean exc, as, ans, ctrl, inh;
    for (NeuronId id = 0; id < populations.size(); ++id) {
        if (!populations.is_excitatory(id)) {
            inh.add(counts[id]);
            continue;
        }
        exc.add(counts[id]);
        if (!setting.is_assembly[id]) {
            const bool is_other = !setting.is_other.empty() && setting.is_other[id];
            if (!setting.is_recalled[id] && !is_other) ctrl.add(counts[id]);
        } else if (setting.is_recalled[id]) {
            as.add(counts[id]);
        } else {
            ans.add(counts[id]);
        }
    }
    return {exc.rate_Hz(length_s), as.rate_Hz(length_s), ans.rate_Hz(length_s),
            ctrl.rate_Hz(length_s), inh.rate_Hz(length_s)};
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

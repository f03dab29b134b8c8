// SPDX-License-Identifier: Apache-2.0
// What a run says about the recall of a memory: rates of the subpopulations, pattern completion,
// mutual information, mean weights. See model.md, "Measures of memory recall".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

struct MeasureName {
    std::string name;
    std::string units;
    std::string description;
};

// Steps [begin, end) in which the spikes of each neuron are counted.
struct RateWindow {
    Step begin = 0;
    Step end = 0;
    double length_s = 0;  //!< that rates are per; longer than the steps if some do not count
};

// Which neurons and times the measures of an experiment look at.
struct RecallSetting {
    std::optional<RateWindow> reference;  //!< around 1.0 s after the onset of learning
    std::optional<RateWindow> recall;     //!< around the onset of recall; see MeasureSettings
    //! By neuron; only excitatory ones are marked.
    std::vector<char> is_assembly;  //!< receives the learning stimulus
    std::vector<char> is_recalled;  //!< receives the recall stimulus
    std::vector<char> is_other;     //!< belongs to another memory; empty: there is none
};

//! Of the first stimulus that teaches and the last that recalls. Windows that do not lie within the
//! run are left out.
RecallSetting recall_setting(const Experiment& experiment);

//! 0.5 s around 1 s after the onset of a stimulus, if the run holds them.
std::optional<RateWindow> reference_window(const Experiment& experiment, const Stimulus& learn);
//! As the experiment's settings of measures say, if the run holds it.
std::optional<RateWindow> recall_window(const Experiment& experiment, const Stimulus& recall);

//! By neuron: 1 of the excitatory ones among some.
std::vector<char> excitatory_marks(const Populations& populations,
                                   const std::vector<NeuronId>& neurons);

//! Rates [Hz] of the excitatory, stimulated (as), other assembly (ans), control and inhibitory
//! neurons; NaN for empty sets.
struct SubpopulationRates {
    double exc, as, ans, ctrl, inh;
};

//! \param counts  spikes of each neuron within a window
//! \param length_s  that they are divided by
SubpopulationRates subpopulation_rates(const RecallSetting& setting, const Populations& populations,
                                       const std::vector<std::uint32_t>& counts, double length_s);

//! The counts of the excitatory neurons among those of all neurons.
std::vector<std::uint32_t> excitatory_counts(const Populations& populations,
                                             const std::vector<std::uint32_t>& counts);

//! Entropy [bits] of the distinct values.
double entropy_bits(const std::vector<std::uint32_t>& counts);

//! Entropy [bits] of the distinct pairs of two equally long lists.
double joint_entropy_bits(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

}  // namespace engram

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
};

// Which neurons and times the measures of an experiment look at.
struct RecallSetting {
    std::optional<RateWindow> reference;  //!< around 1.0 s after the onset of the first learning
    std::optional<RateWindow> recall;     //!< around 0.1 s after the onset of the last recall
    //! By neuron; only excitatory ones are marked.
    std::vector<char> is_assembly;  //!< receives the learning stimulus
    std::vector<char> is_recalled;  //!< receives the recall stimulus
};

//! Windows that do not lie within the run are left out.
RecallSetting recall_setting(const Experiment& experiment);

//! Rates [Hz] of the excitatory, stimulated (as), other assembly (ans), control and inhibitory
//! neurons; NaN for empty sets.
struct SubpopulationRates {
    double exc, as, ans, ctrl, inh;
};

//! \param counts  spikes of each neuron within a window
SubpopulationRates subpopulation_rates(const RecallSetting& setting, const Populations& populations,
                                       const std::vector<std::uint32_t>& counts);

//! The counts of the excitatory neurons among those of all neurons.
std::vector<std::uint32_t> excitatory_counts(const Populations& populations,
                                             const std::vector<std::uint32_t>& counts);

//! Entropy [bits] of the distinct values.
double entropy_bits(const std::vector<std::uint32_t>& counts);

//! Entropy [bits] of the distinct pairs of two equally long lists.
double joint_entropy_bits(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

}  // namespace engram

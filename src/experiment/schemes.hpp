// SPDX-License-Identifier: Apache-2.0
// The stimulus schemes, one entry of a table each: its name, the configuration keys that
// it takes, and what happens when. All that depends on the scheme of a stimulus follows from its
// entry.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"
#include "model/stimulus.hpp"

namespace engram {

struct SchemeKey {
    std::string_view name;
    std::optional<double> standard = std::nullopt;  //!< none: it is required, unless
    bool optional = false;                          //!< it may be left out, and is no number
    std::optional<double> lowest = std::nullopt;    //!< none: that of the key
};

//! What a stimulus does to its receivers while it is on. The spikes of a file are those of single
//! neurons, forced or as input.
enum class StimulusEffect { current, poisson_spikes, one_spike, spikes_of_file };

//! A current [nA] by the number of steps since its pulse has begun.
using Waveform = std::function<double(Step)>;

//! Of putative input neurons that fire at a rate, in the diffusion limit.
model::StimulusCurrent current_of_inputs(const Experiment& experiment, const Stimulus& stimulus,
                                         const NeuronParameters& neuron);

// A stimulus is what happens (effect and current), when (ranges), and to whom (its group). A scheme
// is a choice of these, and of the keys that say more.
struct SchemeEntry {
    Scheme scheme;
    std::string name;
    std::vector<SchemeKey> keys;  //!< besides scheme, group and role
    StimulusEffect effect = StimulusEffect::current;
    //! Mean and noise of a current, in a neuron with these parameters.
    model::StimulusCurrent (*current)(const Experiment& experiment, const Stimulus& stimulus,
                                      const NeuronParameters& neuron) = current_of_inputs;
    //! In place of the mean, if it changes from step to step; null: it does not.
    Waveform (*waveform)(const Experiment& experiment, const Stimulus& stimulus) = nullptr;
    //! When a stimulus is on: each pulse, train, or step of a spike. Not clipped to the run.
    std::vector<StepRange> (*ranges)(const Experiment& experiment, const Stimulus& stimulus);
    double pulse_s = 0;  //!< length of its pulses or trains, if no key gives it

    //! Null if it does not take that key.
    const SchemeKey* find(std::string_view key) const;
};

const SchemeEntry& scheme_entry(Scheme scheme);
//! Null if there is none of that name.
const SchemeEntry* find_scheme(const std::string& name);

const std::vector<SchemeEntry>& scheme_entries();

inline bool scheme_takes(Scheme scheme, std::string_view key) {
    return scheme_entry(scheme).find(key) != nullptr;
}

namespace keys {

struct SchemeName {};  //!< a kind of key

void read_value(ConfigReader& reader, const char* key, Scheme& target, SchemeName);
std::string value_text(Scheme scheme, SchemeName, const std::string& indent = "");

}  // namespace keys
}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Stimuli resolved to time steps: pulses of current and forced spikes.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "experiment/schemes.hpp"
#include "model/stimulus.hpp"

namespace engram {

// A current that is on during its span.
struct CurrentPulse : model::StimulusSpan {
    //! By population: the same inputs drive more current through a smaller resistance.
    std::vector<model::StimulusCurrent> current;
    //! In place of the mean, in all populations; empty: none.
    Waveform waveform_nA;

    //! In a population.
    model::StimulusCurrent current_at(std::size_t population, Step step) const {
        model::StimulusCurrent now = current[population];
        if (waveform_nA) now.mean_nA = waveform_nA(step - begin);
        return now;
    }
    //! Whether it has no noise: then it is the same in all neurons of a population, and known
    //! before its steps. That of no inputs counts as noisy: its receivers are stepped, so that V
    //! keeps the bits that it had when there were no others without noise.
    bool is_known() const;
    //! Tells it from all others, whatever the duration of the run.
    std::string name() const;
};

struct Stimulation {
    std::vector<CurrentPulse> pulses;
    std::vector<model::PoissonTrain> trains;
    std::vector<model::ForcedSpike> forced;  //!< by step
};

//! When a stimulus is on, within the run.
std::vector<StepRange> stimulus_ranges(const Experiment& experiment, const Stimulus& stimulus);

//! At most so many ranges: of more, equal numbers of neighbours become one, from the begin of the
//! first to the end of the last.
std::vector<StepRange> joined(const std::vector<StepRange>& ranges, std::size_t most);

//! From the first to the last effect of a stimulus.
StepRange stimulus_extent(const Experiment& experiment, const Stimulus& stimulus);

//! Populations of the neurons that receive a stimulus; of groups that there are.
std::vector<const Population*> receiving_populations(const Experiment& experiment,
                                                     const Stimulus& stimulus);
Stimulation make_stimulation(const Experiment& experiment);

}  // namespace engram

// Stimuli resolved to time steps: Ornstein-Uhlenbeck pulses and forced spikes.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

// An Ornstein-Uhlenbeck current.
struct StimulusCurrent {
    double mean_nA = 0;
    double sigma_nA = 0;  //!< stationary standard deviation
};

// A current that is on during steps [begin, end).
struct CurrentPulse {
    std::uint32_t stimulus = 0;  //!< index into Experiment::stimuli; keys its noise
    Step begin = 0;
    Step end = 0;
    //! By population: the same inputs drive more current through a smaller resistance.
    std::vector<StimulusCurrent> current;

    //! Tells it from all others, whatever the duration of the run.
    std::string name() const;
};

// A Poisson train of forced spikes during steps [begin, end).
struct PoissonTrain {
    std::uint32_t stimulus = 0;
    Step begin = 0;
    Step end = 0;
    double probability_per_step = 0;
};

// One forced spike in every neuron of the stimulus's group.
struct ForcedSpike {
    std::uint32_t stimulus = 0;
    Step step = 0;
};

struct Stimulation {
    std::vector<CurrentPulse> pulses;
    std::vector<PoissonTrain> trains;
    std::vector<ForcedSpike> forced;
};

//! Steps [begin, end) from the first to the last effect of a stimulus.
struct StepRange {
    Step begin = 0;
    Step end = 0;
};
StepRange stimulus_extent(const Experiment& experiment, const Stimulus& stimulus);

//! Populations of the neurons that receive a stimulus; none if there is no such group.
std::vector<const Population*> receiving_populations(const Experiment& experiment,
                                                     const Stimulus& stimulus);
Stimulation make_stimulation(const Experiment& experiment);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// What a stimulus does to a neuron in one step: an Ornstein-Uhlenbeck current, or forced spikes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/macros.hpp"
#include "model/neuron.hpp"
#include "model/random.hpp"

namespace engram::model {

// An Ornstein-Uhlenbeck current.
struct StimulusCurrent {
    double mean_nA = 0;
    double sigma_nA = 0;  //!< stationary standard deviation
};

// Steps [begin, end) in which a stimulus is on.
struct StimulusSpan {
    std::uint32_t stimulus = 0;  //!< index into Experiment::stimuli; keys what is random about it
    std::int64_t begin = 0;
    std::int64_t end = 0;

    ENGRAM_HD_INLINE bool is_on(std::int64_t step) const { return begin <= step && step < end; }
    bool overlaps(std::int64_t first, std::int64_t last) const {
        return begin < last && first < end;
    }
};

// A Poisson train of forced spikes.
struct PoissonTrain : StimulusSpan {
    double probability_per_step = 0;

    ENGRAM_HD_INLINE bool fires(const RandomStreams& streams, std::uint32_t neuron,
                                std::int64_t step) const {
        const RandomWords words = streams(Purpose::forced_spikes, neuron, stimulus,
                                          static_cast<std::uint64_t>(step) >> 2);
        return uniform(words.word[step & 3]) < probability_per_step;
    }
    //! Calls visit(step) with each of the steps [first, last) at which it fires, ascending. As
    //! fires, with one random number for four steps.
    template <class Visit>
    ENGRAM_HD_INLINE void for_each_spike(const RandomStreams& streams, std::uint32_t neuron,
                                         std::int64_t first, std::int64_t last, Visit visit) const {
        const std::int64_t stop = std::min(end, last);
        for (std::int64_t step = std::max(begin, first); step < stop;) {
            const RandomWords words = streams(Purpose::forced_spikes, neuron, stimulus,
                                              static_cast<std::uint64_t>(step) >> 2);
            for (const std::int64_t four = std::min(stop, (step | 3) + 1); step < four; ++step)
                if (uniform(words.word[step & 3]) < probability_per_step) visit(step);
        }
    }
};

// One forced spike in every neuron of the stimulus's group.
struct ForcedSpike {
    std::uint32_t stimulus = 0;
    std::int64_t step = 0;
};

//! A step of the current of a stimulus in a neuron.
//! \param deviation_nA  from the mean; moved to the end of the step
ENGRAM_HD_INLINE PulseStep step_stimulus(const NeuronPropagator& p, const StimulusCurrent& current,
                                         const RandomStreams& streams, std::uint32_t stimulus,
                                         std::uint32_t neuron, std::int64_t step,
                                         double& deviation_nA) {
    const double noise = current.sigma_nA > 0.0
                             ? static_cast<double>(normal_at_step(streams, Purpose::stimulus,
                                                                  neuron, stimulus, step))
                             : 0.0;
    const PulseStep effect = step_pulse(p, current.mean_nA, current.sigma_nA, deviation_nA, noise);
    deviation_nA = effect.deviation_nA;
    return effect;
}

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// What the stimuli do to a neuron at a step, by the oracle's own reading of the schemes.
#pragma once

#include <vector>

#include "experiment/experiment.hpp"
#include "model/random.hpp"

namespace engram::test {

class DenseStimuli {
  public:
    explicit DenseStimuli(const Experiment& experiment);

    std::size_t size() const { return stimuli_.size(); }
    //! First step of a stimulus.
    Step first(std::size_t stimulus) const { return stimuli_[stimulus].on.front().begin; }
    //! First step after it.
    Step behind(std::size_t stimulus) const { return stimuli_[stimulus].on.back().end; }

    // A current that is on.
    struct Current {
        bool on = false;
        bool starts = false;  //!< at this step, from its mean
        double mean_nA = 0;
        double sigma_nA = 0;  //!< stationary standard deviation
    };
    Current current(std::size_t stimulus, NeuronId neuron, Step step) const;

    //! Whether any stimulus wants the neuron to fire.
    bool forces(NeuronId neuron, Step step) const;

    //! Weight [h_0] of the spikes that files bring to a neuron at a step.
    double input_h_0(NeuronId neuron, Step step) const;

  private:
    struct Interval {
        Step begin;
        Step end;
    };
    struct OneStimulus {
        Scheme scheme;
        std::vector<bool> receives;    // by neuron
        std::vector<Interval> on;      // a pulse, a train, or the step of a forced spike each
        std::vector<double> mean_nA;   // by neuron
        std::vector<double> sigma_nA;  // likewise
        double spike_probability;      // per step of a train
        Stimulus given;
        double dt_ms;
    };
    static double mean_nA(const OneStimulus& one, NeuronId neuron, Step since);
    static int count_given(const OneStimulus& one, NeuronId neuron, Step step);
    std::vector<Interval> intervals_of(const Experiment& experiment,
                                       const Stimulus& stimulus) const;

    std::vector<OneStimulus> stimuli_;
    model::RandomStreams streams_;
};

}  // namespace engram::test

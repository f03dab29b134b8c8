// SPDX-License-Identifier: Apache-2.0
// Whether a network runs away: whether its excitatory neurons fire at half their highest rate or
// more without any stimulus to them. No experiment of this model means that to happen.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "experiment/experiment.hpp"
#include "experiment/stimulation.hpp"
#include "simulation/spike.hpp"

namespace engram {

struct Runaway {
    double begin_s, end_s;  //!< of the interval that tells it
    double exc_Hz, inh_Hz;  //!< mean rates in it; of those excitatory neurons that count
    bool is_of_all;         //!< no stimulus is on; else those count that receive none
};

class RunawayDetector {
  public:
    //! Over which rates are counted [s]. An interval lies between stimuli, or among such that are
    //! less than this apart.
    static constexpr double interval_s = 0.5;

    explicit RunawayDetector(const Experiment& experiment);

    //! A spiking phase begins, or goes on, at a step.
    void begin(Step step);
    //! Takes what was fired since the last call, up to a step.
    //! \return the interval, if one ends here in which the network ran away
    std::optional<Runaway> add(Step step, std::span<const SpikeEvent> spikes);

    //! Mean rate of excitatory neurons above which the network runs away [Hz]: half of what their
    //! refractory periods allow, on average.
    double limit_Hz() const { return limit_Hz_; }

  private:
    // Of some steps, compared with the stretches of stimuli.
    enum class Place { outside, inside, across };
    Place place_of(Step begin, Step end) const;
    void count_those_without_stimulus();
    void count_all();

    Populations populations_;
    double dt_s_;
    Step interval_steps_;
    double n_exc_;
    double n_inh_;
    double limit_Hz_;
    struct Stimulated {
        std::vector<StepRange> ranges;  //!< ascending and apart
        std::size_t group;              //!< of receivers_
    };
    std::vector<std::vector<NeuronId>> receivers_;  //!< excitatory; the same of many stimuli
    std::vector<Stimulated> stimuli_;
    std::vector<StepRange> stretches_;  //!< ascending, and an interval apart at least

    // Of the present interval.
    Step begin_ = 0;
    Step step_ = 0;
    std::optional<Place> place_;     //!< none yet
    std::vector<char> is_left_out_;  //!< by neuron
    double n_counted_ = 0;           //!< excitatory neurons that are not
    double n_exc_spikes_ = 0;
    double n_inh_spikes_ = 0;
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Whether a network runs away: whether its excitatory neurons fire at half their highest rate or
// more while no stimulus is on. No experiment of this model means that to happen.
#pragma once

#include <optional>
#include <vector>

#include "experiment/experiment.hpp"
#include "experiment/stimulation.hpp"

namespace engram {

struct Runaway {
    double begin_s, end_s;  //!< of the interval that tells it
    double exc_Hz, inh_Hz;  //!< mean rates in it
};

class RunawayDetector {
  public:
    //! Over which rates are counted [s], a stimulus being on at none of it.
    static constexpr double interval_s = 0.5;

    explicit RunawayDetector(const Experiment& experiment);

    //! A spiking phase begins, or goes on, at a step.
    void begin(Step step);
    //! Takes what was fired since the last call, up to a step.
    //! \return the interval, if one ends here in which the network ran away
    std::optional<Runaway> add(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes);

    //! Mean rate of excitatory neurons above which the network runs away [Hz]: half of what their
    //! refractory periods allow, on average.
    double limit_Hz() const { return limit_Hz_; }

  private:
    bool is_stimulated(Step begin, Step end) const;

    double dt_s_;
    double n_exc_;
    double n_inh_;
    double limit_Hz_;
    std::vector<StepRange> stimulated_;  //!< ascending and apart
    Step begin_ = 0;                     //!< of the present interval
    Step step_ = 0;
    double n_exc_spikes_ = 0;
    double n_inh_spikes_ = 0;
};

}  // namespace engram

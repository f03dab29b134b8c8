// SPDX-License-Identifier: Apache-2.0
// Says once if the network runs away: if its excitatory neurons fire at half their highest rate or
// more while no stimulus is on. No experiment of this model means that to happen.
#pragma once

#include <vector>

#include "experiment/experiment.hpp"
#include "experiment/stimulation.hpp"
#include "simulation/result_sink.hpp"

namespace engram::job {

class RunawayWatch : public ProgressListener {
  public:
    //! Over which rates are counted [s], a stimulus being on at none of it.
    static constexpr double interval_s = 0.5;

    explicit RunawayWatch(const Experiment& experiment);

    void phase_begins(const Phase& phase, Step step) override;
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override;

    //! Mean rate of excitatory neurons above which the network runs away [Hz]: half of what their
    //! refractory periods allow, on average.
    double limit_Hz() const { return limit_Hz_; }
    bool has_warned() const { return has_warned_; }

  private:
    bool is_stimulated(Step begin, Step end) const;
    void begin_interval(Step step);

    double dt_s_;
    double n_exc_;
    double n_inh_;
    double limit_Hz_;
    std::vector<StepRange> stimulated_;  //!< ascending and apart
    Step begin_ = 0;                     //!< of the present interval
    Step step_ = 0;
    double n_exc_spikes_ = 0;
    double n_inh_spikes_ = 0;
    bool has_warned_ = false;
};

}  // namespace engram::job

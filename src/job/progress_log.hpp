// SPDX-License-Identifier: Apache-2.0
// Progress on standard error: a line every few seconds on a terminal, every minute in a batch job.
#pragma once

#include "job/progress_meter.hpp"

namespace engram::job {

class ProgressLog : public ProgressListener {
  public:
    //! Both must outlive this.
    ProgressLog(const Experiment& experiment, const Schedule& schedule, bool quiet);

    void phase_begins(const Phase& phase, Step step) override;
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override;
    void phase_ends(const Phase& phase, double wall_s) override;

  private:
    const Experiment& experiment_;
    ProgressMeter meter_;
    bool quiet_;
    double interval_s_;
};

//! Seconds between two lines of progress: few on a terminal.
double progress_interval_s();

}  // namespace engram::job

// Progress on standard error: a line every few seconds on a terminal, every minute in a batch job.
#pragma once

#include <string>

#include "cli/progress_meter.hpp"

namespace engram::cli {

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

//! "1:02:03", "2:03" or "45 s".
std::string duration_text(double seconds);

}  // namespace engram::cli

// Progress on standard error: a line every few seconds on a terminal, every minute in a batch job.
#pragma once

#include <chrono>
#include <string>

#include "simulation/result_sink.hpp"

namespace engram::cli {

class ProgressLog : public ProgressListener {
  public:
    ProgressLog(const Experiment& experiment, const Schedule& schedule, bool quiet);

    void phase_begins(const Phase& phase, Step step) override;
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override;
    void phase_ends(const Phase& phase, double wall_s) override;

  private:
    using Clock = std::chrono::steady_clock;

    void print_progress(Clock::time_point now);

    const Experiment& experiment_;
    const Schedule& schedule_;
    bool quiet_;
    double interval_s_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_print_ = start_;
    Clock::time_point spiking_start_ = start_;
    Phase phase_;
    Step phase_start_ = 0;  // where this run took the phase up
    Step step_ = 0;
    Step last_step_ = 0;  // at the last line
    Step spiking_steps_done_ = 0;
    double spiking_wall_s_ = 0;     // of completed spiking phases
    std::size_t n_exc_spikes_ = 0;  // since the last line
    std::size_t n_inh_spikes_ = 0;
};

//! "1:02:03", "2:03" or "45 s".
std::string duration_text(double seconds);

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
// How far a run has come and how fast it is, measured from report to report.
#pragma once

#include <chrono>
#include <string>

#include "simulation/result_sink.hpp"

namespace engram::job {

struct ProgressReport {
    Phase phase;
    std::size_t phase_index = 0;
    double simulated_s = 0;       //!< where the run is
    double fraction = 0;          //!< of the spiking time that is done
    double real_time_factor = 0;  //!< since the last report
    double rate_exc_Hz = 0;       //!< since the last report
    double rate_inh_Hz = 0;
    double eta_s = 0;  //!< expected wall time until the end
};

class ProgressMeter {
  public:
    //! Both must outlive this.
    ProgressMeter(const Experiment& experiment, const Schedule& schedule)
        : experiment_(experiment), schedule_(schedule) {}

    void begin_phase(const Phase& phase, Step step);
    void add_epoch(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes);
    void end_phase(const Phase& phase, double wall_s);

    double seconds_since_report() const;
    ProgressReport report();

  private:
    using Clock = std::chrono::steady_clock;

    const Experiment& experiment_;
    const Schedule& schedule_;
    Clock::time_point last_report_ = Clock::now();
    Clock::time_point phase_begin_ = last_report_;
    Phase phase_;
    Step phase_start_ = 0;  // where this run took the phase up
    Step step_ = 0;
    Step last_step_ = 0;  // at the last report
    Step spiking_steps_done_ = 0;
    double spiking_wall_s_ = 0;     // of completed spiking phases
    std::size_t n_exc_spikes_ = 0;  // since the last report
    std::size_t n_inh_spikes_ = 0;
};

}  // namespace engram::job

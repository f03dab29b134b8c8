// SPDX-License-Identifier: Apache-2.0
#include "job/progress_log.hpp"

#include <unistd.h>

#include "base/messages.hpp"
#include "base/step_time.hpp"

namespace engram::job {

double progress_interval_s() {
    return isatty(STDERR_FILENO) != 0 ? 5.0 : 60.0;
}

ProgressLog::ProgressLog(const Experiment& experiment, const Schedule& schedule, bool quiet)
    : experiment_(experiment),
      meter_(experiment, schedule),
      quiet_(quiet),
      interval_s_(progress_interval_s()) {}

void ProgressLog::phase_begins(const Phase& phase, Step step) {
    meter_.begin_phase(phase, step);
    if (quiet_) return;
    notice("{}: {:.10g} s to {:.10g} s{}", phase.label,
           step_time_ms(step, experiment_.dt_ms) / 1000.0,
           step_time_ms(phase.end, experiment_.dt_ms) / 1000.0,
           phase.kind == PhaseKind::consolidation ? " (fast-forward)" : "");
}

void ProgressLog::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    meter_.add_epoch(step, n_exc_spikes, n_inh_spikes);
    if (quiet_ || meter_.seconds_since_report() < interval_s_) return;
    const ProgressReport report = meter_.report();
    if (report.phase.kind == PhaseKind::consolidation) {
        notice("{}: sampled until {:.10g} s", report.phase.label, report.simulated_s);
        return;
    }
    notice(
        "{}: {:.3f} s simulated, {:.1f} % of the spiking time done, real-time factor {:.2f}, "
        "exc {:.2f} Hz, inh {:.2f} Hz, ETA {}",
        report.phase.label, report.simulated_s, 100.0 * report.fraction, report.real_time_factor,
        report.rate_exc_Hz, report.rate_inh_Hz, duration_text(report.eta_s));
}

void ProgressLog::phase_ends(const Phase& phase, double wall_s) {
    meter_.end_phase(phase, wall_s);
    if (!quiet_) notice("{}: done in {:.2f} s", phase.label, wall_s);
}

}  // namespace engram::job

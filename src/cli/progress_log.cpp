#include "cli/progress_log.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "base/step_time.hpp"

namespace engram::cli {

std::string duration_text(double seconds) {
    constexpr double day_s = 86400.0;
    constexpr double year_s = 365.25 * day_s;
    char text[64];
    if (seconds >= 100.0 * day_s) {
        const bool years = seconds >= 3.0 * year_s;
        std::snprintf(text, sizeof text, "%.3g %s", seconds / (years ? year_s : day_s),
                      years ? "years" : "days");
        return text;
    }
    const auto total = static_cast<long long>(std::llround(seconds));
    if (total < 60)
        std::snprintf(text, sizeof text, "%lld s", total);
    else if (total >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld h", total / 3600, total / 60 % 60,
                      total % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld min", total / 60, total % 60);
    return text;
}

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
    std::fprintf(stderr, "engram: %s: %.10g s to %.10g s%s\n", phase.label.c_str(),
                 step_time_ms(step, experiment_.dt_ms) / 1000.0,
                 step_time_ms(phase.end, experiment_.dt_ms) / 1000.0,
                 phase.kind == PhaseKind::consolidation ? " (fast-forward)" : "");
}

void ProgressLog::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    meter_.add_epoch(step, n_exc_spikes, n_inh_spikes);
    if (quiet_ || meter_.seconds_since_report() < interval_s_) return;
    const ProgressReport report = meter_.report();
    if (report.phase.kind == PhaseKind::consolidation) {
        std::fprintf(stderr, "engram: %s: sampled until %.10g s\n", report.phase.label.c_str(),
                     report.simulated_s);
        return;
    }
    std::fprintf(stderr,
                 "engram: %s: %.3f s simulated, %.1f %% of the spiking time done, real-time factor "
                 "%.2f, exc %.2f Hz, inh %.2f Hz, ETA %s\n",
                 report.phase.label.c_str(), report.simulated_s, 100.0 * report.fraction,
                 report.real_time_factor, report.rate_exc_Hz, report.rate_inh_Hz,
                 duration_text(report.eta_s).c_str());
}

void ProgressLog::phase_ends(const Phase& phase, double wall_s) {
    meter_.end_phase(phase, wall_s);
    if (!quiet_) std::fprintf(stderr, "engram: %s: done in %.2f s\n", phase.label.c_str(), wall_s);
}

}  // namespace engram::cli

#include "cli/progress_log.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "experiment/step_time.hpp"

namespace engram::cli {

std::string duration_text(double seconds) {
    const auto total = static_cast<long long>(std::llround(seconds));
    char text[64];
    if (total < 60)
        std::snprintf(text, sizeof text, "%lld s", total);
    else if (total >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", total / 3600, total / 60 % 60,
                      total % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld", total / 60, total % 60);
    return text;
}

ProgressLog::ProgressLog(const Experiment& experiment, const Schedule& schedule, bool quiet)
    : experiment_(experiment),
      schedule_(schedule),
      quiet_(quiet),
      interval_s_(isatty(STDERR_FILENO) != 0 ? 5.0 : 60.0) {}

void ProgressLog::phase_begins(const Phase& phase, Step step) {
    phase_ = phase;
    step_ = last_step_ = phase_start_ = step;
    n_exc_spikes_ = n_inh_spikes_ = 0;
    spiking_start_ = last_print_ = Clock::now();
    if (quiet_) return;
    std::fprintf(stderr, "engram: %s: %.10g s to %.10g s%s\n", phase.label.c_str(),
                 step_time_ms(step, experiment_.dt_ms) / 1000.0,
                 step_time_ms(phase.end, experiment_.dt_ms) / 1000.0,
                 phase.kind == PhaseKind::consolidation ? " (fast-forward)" : "");
}

void ProgressLog::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    step_ = step;
    n_exc_spikes_ += n_exc_spikes;
    n_inh_spikes_ += n_inh_spikes;
    if (quiet_) return;
    const auto now = Clock::now();
    if (std::chrono::duration<double>(now - last_print_).count() >= interval_s_)
        print_progress(now);
}

void ProgressLog::phase_ends(const Phase& phase, double wall_s) {
    if (phase.kind == PhaseKind::spiking) {
        spiking_wall_s_ += wall_s;
        spiking_steps_done_ += phase.end - phase_start_;
    }
    if (!quiet_) std::fprintf(stderr, "engram: %s: done in %.2f s\n", phase.label.c_str(), wall_s);
}

void ProgressLog::print_progress(Clock::time_point now) {
    const double dt_s = experiment_.dt_ms / 1000.0;
    const double wall_s = std::chrono::duration<double>(now - last_print_).count();
    const double simulated_s = static_cast<double>(step_ - last_step_) * dt_s;
    const double speed = simulated_s / wall_s;
    // What remains costs time only where it is spiking.
    Step remaining = 0;
    for (const Phase& phase : schedule_.phases)
        if (phase.kind == PhaseKind::spiking && phase.end > step_)
            remaining += phase.end - std::max(phase.begin, step_);
    const double spiking_wall_s =
        spiking_wall_s_ + std::chrono::duration<double>(now - spiking_start_).count();
    const Step done = spiking_steps_done_ + step_ - phase_start_;
    const double eta_s = spiking_wall_s * static_cast<double>(remaining) /
                         static_cast<double>(std::max<Step>(1, done));
    const auto rate = [&](std::size_t n, NeuronId size) {
        return size == 0 ? 0.0 : static_cast<double>(n) / size / simulated_s;
    };
    const double percent =
        100.0 * static_cast<double>(done) / static_cast<double>(done + remaining);
    std::fprintf(stderr,
                 "engram: %s: %.3f s simulated, %.1f %% of the spiking time done, real-time factor "
                 "%.2f, exc %.2f Hz, inh %.2f Hz, ETA %s\n",
                 phase_.label.c_str(), step_time_ms(step_, experiment_.dt_ms) / 1000.0, percent,
                 speed, rate(n_exc_spikes_, experiment_.populations.n_exc),
                 rate(n_inh_spikes_, experiment_.populations.n_inh), duration_text(eta_s).c_str());
    last_print_ = now;
    last_step_ = step_;
    n_exc_spikes_ = n_inh_spikes_ = 0;
}

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
#include "job/progress_meter.hpp"

#include <algorithm>

#include "base/step_time.hpp"

namespace engram::job {

void ProgressMeter::begin_phase(const Phase& phase, Step step) {
    phase_ = phase;
    step_ = last_step_ = phase_start_ = step;
    n_exc_spikes_ = n_inh_spikes_ = 0;
    phase_begin_ = last_report_ = Clock::now();
}

void ProgressMeter::add_epoch(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    step_ = step;
    n_exc_spikes_ += n_exc_spikes;
    n_inh_spikes_ += n_inh_spikes;
}

void ProgressMeter::end_phase(const Phase& phase, double wall_s) {
    if (phase.kind == PhaseKind::spiking) {
        spiking_wall_s_ += wall_s;
        spiking_steps_done_ += phase.end - phase_start_;
    }
    step_ = phase_start_ = phase.end;
    phase_begin_ = Clock::now();
}

double ProgressMeter::seconds_since_report() const {
    return std::chrono::duration<double>(Clock::now() - last_report_).count();
}

ProgressReport ProgressMeter::report() {
    ProgressReport report;
    report.phase = phase_;
    while (report.phase_index + 1 < schedule_.phases.size() &&
           schedule_.phases[report.phase_index].end <= phase_.begin)
        ++report.phase_index;
    report.simulated_s = step_time_ms(step_, experiment_.dt_ms) / 1000.0;

    const auto now = Clock::now();
    const double dt_s = experiment_.dt_ms / 1000.0;
    const double wall_s = std::chrono::duration<double>(now - last_report_).count();
    const double simulated_s = static_cast<double>(step_ - last_step_) * dt_s;
    const auto rate = [&](std::size_t n, NeuronId size) {
        return size == 0 || simulated_s <= 0 ? 0.0 : static_cast<double>(n) / size / simulated_s;
    };
    report.real_time_factor = wall_s > 0 ? simulated_s / wall_s : 0;
    const Populations& populations = experiment_.populations;
    report.rate_exc_Hz = rate(n_exc_spikes_, populations.count(PopulationKind::excitatory));
    report.rate_inh_Hz = rate(n_inh_spikes_, populations.count(PopulationKind::inhibitory));

    // What remains costs time only where it is spiking.
    Step remaining = 0;
    for (const Phase& phase : schedule_.phases)
        if (phase.kind == PhaseKind::spiking && phase.end > step_)
            remaining += phase.end - std::max(phase.begin, step_);
    const bool spiking = phase_.kind == PhaseKind::spiking;
    const Step done = spiking_steps_done_ + (spiking ? step_ - phase_start_ : 0);
    const double spiking_wall_s =
        spiking_wall_s_ +
        (spiking ? std::chrono::duration<double>(now - phase_begin_).count() : 0.0);
    report.eta_s = spiking_wall_s * static_cast<double>(remaining) /
                   static_cast<double>(std::max<Step>(1, done));
    Step all = 0;
    for (const Phase& phase : schedule_.phases)
        if (phase.kind == PhaseKind::spiking) all += phase.end - phase.begin;
    report.fraction = all > 0 ? 1.0 - static_cast<double>(remaining) / static_cast<double>(all)
                              : report.simulated_s / experiment_.duration_s;

    last_report_ = now;
    last_step_ = step_;
    n_exc_spikes_ = n_inh_spikes_ = 0;
    return report;
}

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "experiment/configuration.hpp"
#include "experiment/schedule.hpp"
#include "job/read_experiment.hpp"

namespace engram::cli {
namespace {

void print_phases(const Schedule& schedule, double dt_ms) {
    for (const Phase& phase : schedule.phases)
        notice("  {:<12} {:12.10g} s to {:12.10g} s  ({})", phase.label,
               step_time_ms(phase.begin, dt_ms) / 1000.0, step_time_ms(phase.end, dt_ms) / 1000.0,
               phase.kind == PhaseKind::spiking ? "spiking" : "fast-forward");
}

ExitCode check_ensemble(const CommandLine& line, job::GivenConfiguration given) {
    const Ensemble ensemble = job::read_ensemble(std::move(given), alone);
    print(ensemble.configuration());
    notice("{} is valid. {} at each of {}", line.argument, counted(ensemble.trials(), "trial"),
           counted(ensemble.points().size(), "point"));
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        const Experiment experiment = ensemble.experiment({point, 0});
        const Schedule schedule = make_schedule(experiment);
        notice("point {}: {}. Schedule: {}", point, ensemble.points()[point].name, schedule.name);
        print_phases(schedule, experiment.dt_ms);
    }
    return ExitCode::done;
}

}  // namespace

ExitCode check_command(const CommandLine& line) {
    job::GivenConfiguration given = job::read_given(line.source(), alone);
    if (given.is_of_ensemble) return check_ensemble(line, std::move(given));
    const Experiment experiment = job::read_experiment(given, alone).experiment;
    const Schedule schedule = make_schedule(experiment);
    print(resolved_configuration(experiment));
    notice("{} is valid. Schedule: {}", line.argument, schedule.name);
    print_phases(schedule, experiment.dt_ms);
    return ExitCode::done;
}

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "cli/commands.hpp"
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

ExitCode check_ensemble(const CommandLine& line, job::GivenConfiguration given,
                        MPI_Comm communicator) {
    const Ensemble ensemble = job::read_ensemble(std::move(given), communicator);
    on_root(communicator, [&] {
        std::fputs(ensemble.configuration().c_str(), stdout);
        notice("{} is valid. {} at each of {}", line.argument, counted(ensemble.trials(), "trial"),
               counted(ensemble.points().size(), "point"));
        for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
            const Experiment experiment = ensemble.experiment({point, 0});
            const Schedule schedule = make_schedule(experiment);
            notice("point {}: {}. Schedule: {}", point, ensemble.points()[point].name,
                   schedule.name);
            print_phases(schedule, experiment.dt_ms);
        }
    });
    return ExitCode::done;
}

}  // namespace

ExitCode check_command(const CommandLine& line, MPI_Comm communicator) {
    job::GivenConfiguration given = job::read_given(line.source(), communicator);
    if (given.is_of_ensemble) return check_ensemble(line, std::move(given), communicator);
    const Experiment experiment = job::read_experiment(std::move(given), communicator).experiment;
    on_root(communicator, [&] {
        const Schedule schedule = make_schedule(experiment);
        std::fputs(resolved_configuration(experiment).c_str(), stdout);
        notice("{} is valid. Schedule: {}", line.argument, schedule.name);
        print_phases(schedule, experiment.dt_ms);
    });
    return ExitCode::done;
}

}  // namespace engram::cli

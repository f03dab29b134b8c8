#include <cstdio>

#include "base/step_time.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "experiment/configuration.hpp"
#include "experiment/schedule.hpp"

namespace engram::cli {

namespace {

void print_phases(const Schedule& schedule, double dt_ms) {
    for (const Phase& phase : schedule.phases)
        std::fprintf(stderr, "engram:   %-12s %12.10g s to %12.10g s  (%s)\n", phase.label.c_str(),
                     step_time_ms(phase.begin, dt_ms) / 1000.0,
                     step_time_ms(phase.end, dt_ms) / 1000.0,
                     phase.kind == PhaseKind::spiking ? "spiking" : "fast-forward");
}

ExitCode check_ensemble(const CommandLine& line, MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble_everywhere(line, communicator);
    on_rank_0(communicator, [&] {
        std::printf("%s", ensemble.configuration().c_str());
        std::fprintf(stderr, "engram: %s is valid. %u trial(s) at each of %zu point(s)\n",
                     line.argument.c_str(), ensemble.trials(), ensemble.points().size());
        for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
            const Experiment experiment = ensemble.experiment({point, 0});
            const Schedule schedule = make_schedule(experiment);
            std::fprintf(stderr, "engram: point %u: %s. Schedule: %s\n", point,
                         ensemble.points()[point].name.c_str(), schedule.name.c_str());
            print_phases(schedule, experiment.dt_ms);
        }
    });
    return ExitCode::done;
}

}  // namespace

ExitCode check_command(const CommandLine& line, MPI_Comm communicator) {
    if (wants_ensemble(line, communicator)) return check_ensemble(line, communicator);
    const Experiment experiment = read_everywhere(line, communicator).experiment;
    on_rank_0(communicator, [&] {
        const Schedule schedule = make_schedule(experiment);
        std::printf("%s", resolved_configuration(experiment).c_str());
        std::fprintf(stderr, "engram: %s is valid. Schedule: %s\n", line.argument.c_str(),
                     schedule.name.c_str());
        print_phases(schedule, experiment.dt_ms);
    });
    return ExitCode::done;
}

}  // namespace engram::cli

#include <cstdio>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "experiment/configuration.hpp"
#include "experiment/schedule.hpp"
#include "experiment/step_time.hpp"

namespace engram::cli {

ExitCode check_command(const CommandLine& line, MPI_Comm communicator) {
    const Experiment experiment = read_everywhere(line, communicator);
    on_rank_0(communicator, [&] {
        const Schedule schedule = make_schedule(experiment);
        std::printf("%s", resolved_configuration(experiment).c_str());
        std::fprintf(stderr, "engram: %s is valid. Schedule: %s\n", line.argument.c_str(),
                     schedule.name.c_str());
        for (const Phase& phase : schedule.phases)
            std::fprintf(stderr, "engram:   %-12s %12.10g s to %12.10g s  (%s)\n",
                         phase.label.c_str(), step_time_ms(phase.begin, experiment.dt_ms) / 1000.0,
                         step_time_ms(phase.end, experiment.dt_ms) / 1000.0,
                         phase.kind == PhaseKind::spiking ? "spiking" : "fast-forward");
    });
    return ExitCode::done;
}

}  // namespace engram::cli

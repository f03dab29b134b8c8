#include <cmath>
#include <cstdio>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/forecast.hpp"
#include "cli/progress_log.hpp"
#include "experiment/schedule.hpp"
#include "network/partition.hpp"

namespace engram::cli {

ExitCode plan_command(const CommandLine& line, MPI_Comm communicator) {
    const Experiment experiment = read_everywhere(line, communicator);
    on_rank_0(communicator, [&] {
        const Partition partition(experiment.populations.size(), line.ranks);
        const Forecast forecast = make_forecast(experiment, line.ranks);
        std::printf("Schedule:           %s\n", make_schedule(experiment).name.c_str());
        std::printf("Spiking time:       %.10g s of %.10g s simulated\n", forecast.spiking_s,
                    experiment.duration_s);
        std::printf("Neurons:            %u exc + %u inh; %u on the fullest of %d rank(s)\n",
                    experiment.populations.n_exc, experiment.populations.n_inh,
                    partition.n_local(0), line.ranks);
        std::printf("Synapses:           %.3g plastic, %.3g fixed (expected)\n",
                    forecast.plastic_synapses, forecast.fixed_synapses);
        std::printf("Memory:             about %.0f MB per rank\n", forecast.memory_per_rank_MB);
        std::printf(
            "Time:               about %s (one core per rank; rough, for the activity that\n"
            "                    the stimuli alone cause)\n",
            duration_text(std::ceil(forecast.wall_s)).c_str());
    });
    return ExitCode::done;
}

}  // namespace engram::cli

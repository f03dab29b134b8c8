#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/feasibility.hpp"
#include "cli/progress_log.hpp"
#include "experiment/schedule.hpp"
#include "io/edge_wiring.hpp"
#include "network/partition.hpp"

namespace engram::cli {
namespace {

// The forecasts are rough, and what a job exceeds ends it: ask for more.
constexpr double memory_margin = 1.5;
constexpr double time_margin = 3.0;
constexpr double least_memory_MB = 200.0;
constexpr double memory_unit_MB = 100.0;
constexpr double least_time_min = 10.0;
constexpr double most_time_min = 24.0 * 60.0;  // many queues allow no more: then in several starts
constexpr double bytes_per_plastic_saved = 17.0;  // of a checkpoint
constexpr double shared_write_MB_per_s = 100.0;   // of a busy shared file system
constexpr double least_signal_s = 120.0;          // Slurm checks limits once a minute

double rounded_up(double value, double unit) {
    return std::ceil(value / unit) * unit;
}

// The head of a job script; see docs/cluster.md.
void print_job_options(const Forecast& forecast, int n_ranks) {
    if (!fits_some_computer(forecast, n_ranks)) return;
    const double memory_MB = std::max(
        least_memory_MB, rounded_up(forecast.memory_per_rank_MB * memory_margin, memory_unit_MB));
    const double checkpoint_s =
        forecast.plastic_synapses * bytes_per_plastic_saved / 1e6 / shared_write_MB_per_s;
    const double signal_s = least_signal_s + std::round(2.0 * checkpoint_s / 60.0) * 60.0;
    const double wanted_min = std::ceil((forecast.wall_s * time_margin + signal_s) / 60.0);
    const auto minutes = static_cast<long long>(
        std::max(std::clamp(wanted_min, least_time_min, most_time_min), 3.0 * signal_s / 60.0));
    std::printf("Slurm (with margins):\n");
    std::printf("  #SBATCH --ntasks=%d\n", n_ranks);
    std::printf("  #SBATCH --mem-per-cpu=%.0fM\n", memory_MB);
    std::printf("  #SBATCH --time=%02lld:%02lld:00\n", minutes / 60, minutes % 60);
    std::printf("  #SBATCH --signal=B:USR1@%.0f\n", signal_s);
    if (wanted_min > most_time_min)
        std::printf("  (in several starts: slurm/self_continuing_job.sh)\n");
}

// E.g. "1600 exc + 400 inh".
std::string neurons_text(const Populations& populations) {
    std::string text;
    for (const Population& population : populations)
        text +=
            (text.empty() ? "" : " + ") + std::to_string(population.count) + " " + population.name;
    return text;
}

// What rank 0 holds to average the recorded traces of a point.
double averaging_MB(const Ensemble& ensemble, std::uint32_t point) {
    constexpr double bytes_per_value = 60;  // statistics, a trial, and what is being written
    const Experiment experiment = ensemble.experiment({point, 0});
    const std::size_t n_columns = sampled_values(experiment);
    double steps = 0;
    for (const Phase& phase : make_schedule(experiment).phases)
        if (phase.kind == PhaseKind::spiking) steps += static_cast<double>(phase.end - phase.begin);
    return bytes_per_value * static_cast<double>(n_columns) * steps /
           static_cast<double>(experiment.record.every_steps) / 1e6;
}

// All trials of an ensemble on groups of ranks; memory is that of the greediest point.
ExitCode plan_ensemble(const CommandLine& line, MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble_everywhere(line, communicator);
    on_rank_0(communicator, [&] {
        const auto per_trial = static_cast<int>(ensemble.ranks_per_trial());
        if (line.ranks < per_trial)
            throw UsageError("ranks_per_trial is " + std::to_string(per_trial) +
                             "; plan for as many ranks at least");
        const int n_groups = line.ranks / per_trial;
        Forecast total;
        double traces_MB = 0;
        double largest_trial_MB = 0;
        std::string advice;
        std::string advice_on_time;
        std::string advice_on_traces;
        for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
            const Experiment experiment = ensemble.experiment({point, 0});
            const Forecast one = make_forecast(experiment, *open_wiring(experiment), per_trial);
            if (one.memory_per_rank_MB > machine_memory_MB())
                advice = memory_advice(experiment, one, per_trial, machine_memory_MB());
            if (advice_on_time.empty()) advice_on_time = time_advice(one);
            if (advice_on_traces.empty()) advice_on_traces = traces_advice(one);
            largest_trial_MB = std::max(largest_trial_MB, one.traces_MB);
            total.plastic_synapses = std::max(total.plastic_synapses, one.plastic_synapses);
            total.memory_per_rank_MB = std::max(total.memory_per_rank_MB, one.memory_per_rank_MB);
            total.gpu_memory_per_rank_MB =
                std::max(total.gpu_memory_per_rank_MB, one.gpu_memory_per_rank_MB);
            total.wall_s += one.wall_s * ensemble.trials() / n_groups;
            traces_MB = std::max(traces_MB, averaging_MB(ensemble, point));
        }
        total.memory_per_rank_MB += traces_MB;
        std::printf("Trials:             %u at each of %zu point(s), %d at a time\n",
                    ensemble.trials(), ensemble.points().size(), n_groups);
        std::printf("Memory:             about %s per rank, of it %s for averaging traces\n%s",
                    memory_text(total.memory_per_rank_MB).c_str(), memory_text(traces_MB).c_str(),
                    advice.c_str());
        if (largest_trial_MB > 0 && (ensemble.keeps_results() || !advice_on_traces.empty()))
            std::printf("Traces:             about %s on the disk for the largest trial\n%s",
                        memory_text(largest_trial_MB).c_str(), advice_on_traces.c_str());
        std::printf("GPU memory:         about %s per trial (with --device gpu)\n",
                    memory_text(total.gpu_memory_per_rank_MB).c_str());
        std::printf("Time:               about %s (one core per rank; rough)\n%s",
                    duration_text(std::ceil(total.wall_s)).c_str(), advice_on_time.c_str());
        if (advice_on_time.empty() && advice_on_traces.empty())
            print_job_options(total, line.ranks);
    });
    return ExitCode::done;
}

}  // namespace

ExitCode plan_command(const CommandLine& line, MPI_Comm communicator) {
    if (wants_ensemble(line, communicator)) return plan_ensemble(line, communicator);
    // A network too large for any computer is told that rather than what it would lead to.
    const auto [experiment, wiring] = read_everywhere(line, communicator, CheckSums::no);
    on_rank_0(communicator, [&, &experiment = experiment, &wiring = wiring] {
        const Partition partition(experiment.populations.size(), line.ranks);
        const Forecast forecast = make_forecast(experiment, *wiring, line.ranks);
        const std::string advice_on_time = time_advice(forecast);
        const std::string advice_on_traces = traces_advice(forecast);
        std::printf("Schedule:           %s\n", make_schedule(experiment).name.c_str());
        std::printf("Spiking time:       %.10g s of %.10g s simulated\n", forecast.spiking_s,
                    experiment.duration_s);
        std::printf("Neurons:            %s; %u on the fullest of %d rank(s)\n",
                    neurons_text(experiment.populations).c_str(), partition.n_local(0), line.ranks);
        std::printf("Synapses:           %.3g plastic, %.3g fixed (expected)\n",
                    forecast.plastic_synapses, forecast.fixed_synapses);
        std::printf("Memory:             about %s per rank\n%s",
                    memory_text(forecast.memory_per_rank_MB).c_str(),
                    memory_advice(experiment, forecast, line.ranks, machine_memory_MB()).c_str());
        if (forecast.traces_MB > 0)
            std::printf("Traces:             about %s on the disk\n%s",
                        memory_text(forecast.traces_MB).c_str(), advice_on_traces.c_str());
        std::printf("GPU memory:         about %s per rank (with --device gpu)\n",
                    memory_text(forecast.gpu_memory_per_rank_MB).c_str());
        std::printf(
            "Time:               about %s (one core per rank; rough, for the activity that\n"
            "                    the stimuli alone cause)\n%s",
            duration_text(std::ceil(forecast.wall_s)).c_str(), advice_on_time.c_str());
        if (advice_on_time.empty() && advice_on_traces.empty())
            print_job_options(forecast, line.ranks);
    });
    return ExitCode::done;
}

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "experiment/keys.hpp"
#include "experiment/schedule.hpp"
#include "job/ensemble_forecast.hpp"
#include "job/feasibility.hpp"
#include "job/read_experiment.hpp"
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
constexpr double shared_write_MB_per_s = 100.0;  // of a busy shared file system
constexpr double least_signal_s = 120.0;         // Slurm checks limits once a minute

double rounded_up(double value, double unit) {
    return std::ceil(value / unit) * unit;
}

// The head of a job script; see docs/cluster.md.
std::string job_options(const job::Forecast& forecast, int n_ranks) {
    if (!job::fits_some_computer(forecast, n_ranks)) return "";
    const double memory_MB = std::max(
        least_memory_MB, rounded_up(forecast.memory_of_rank_0_MB * memory_margin, memory_unit_MB));
    const double checkpoint_s = forecast.checkpoint_MB / shared_write_MB_per_s;
    const double signal_s = least_signal_s + std::round(2.0 * checkpoint_s / 60.0) * 60.0;
    const double wanted_min = std::ceil((forecast.wall_s * time_margin + signal_s) / 60.0);
    const auto minutes = static_cast<long long>(
        std::max(std::clamp(wanted_min, least_time_min, most_time_min), 3.0 * signal_s / 60.0));
    return fmt::format(
        "Slurm (with margins):\n"
        "  #SBATCH --ntasks={}\n"
        "  #SBATCH --mem-per-cpu={:.0f}M\n"
        "  #SBATCH --time={:02}:{:02}:00\n"
        "  #SBATCH --signal=B:USR1@{:.0f}\n{}",
        n_ranks, memory_MB, minutes / 60, minutes % 60, signal_s,
        wanted_min > most_time_min ? "  (in several starts: slurm/self_continuing_job.sh)\n" : "");
}

// A line of the table, and what is wrong with it.
std::string entry(const std::string& name, const std::string& value,
                  const std::string& problem = "") {
    std::string text = fmt::format("{:<20}{}\n", name + ":", value);
    if (!problem.empty()) text += fmt::format("{:<20}'engram run' would refuse: {}\n", "", problem);
    return text;
}

// E.g. "1600 exc + 400 inh".
std::string neurons_text(const Populations& populations) {
    std::string text;
    for (const Population& population : populations)
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : " + ", population.count, population.name);
    return text;
}

// Rank 0 is named where it takes more than others.
std::string memory_of_ranks(const job::Forecast& forecast, int n_ranks) {
    const double rank_0_MB = forecast.memory_of_rank_0_MB;
    if (n_ranks == 1) return fmt::format("about {} per rank", memory_text(rank_0_MB));
    const std::string others = memory_text(forecast.memory_per_rank_MB);
    const std::string first = memory_text(rank_0_MB);
    return fmt::format("about {} per rank{}", others,
                       first == others ? "" : ", " + first + " on rank 0");
}

std::string files_entry(double files_MB) {
    const std::string size = memory_text(files_MB);
    return entry("Files", fmt::format("at most about {} on the disk, all together", size));
}

std::string gpu_entry(double memory_MB, const std::string& what) {
    const std::string size = memory_text(memory_MB);
    return entry("GPU memory", fmt::format("about {} per {} (with --device gpu)", size, what));
}

// All trials of an ensemble on groups of ranks; memory is that of the greediest point.
std::string plan_of(const Ensemble& ensemble, int n_ranks) {
    const auto per_trial = static_cast<int>(ensemble.ranks_per_trial());
    if (n_ranks < per_trial)
        throw UsageError(
            fmt::format("ranks_per_trial is {}; plan for as many ranks at least", per_trial));
    const int n_groups = n_ranks / per_trial;
    const auto& [total, averaging_MB, too_long] = job::forecast_ensemble(ensemble, n_groups);
    const std::string too_large = job::problem_of_memory(total, per_trial);
    const std::string too_much = job::problem_of_traces(total);
    job::Forecast with_averages = total;
    with_averages.memory_per_rank_MB += averaging_MB;
    with_averages.memory_of_rank_0_MB += averaging_MB;
    const auto at_once =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(n_groups), ensemble.size());
    const std::uint64_t n_idle =
        static_cast<std::uint64_t>(n_ranks) - at_once * ensemble.ranks_per_trial();
    std::string text =
        entry("Trials",
              fmt::format("{} at each of {}, {} at a time{}", ensemble.trials(),
                          counted(ensemble.points().size(), "point"), at_once,
                          n_idle == 0
                              ? ""
                              : fmt::format("; {} idle (see {})", counted(n_idle, "rank"),
                                            keys::name_of<&EnsembleSettings::ranks_per_trial>()))) +
        entry("Memory",
              fmt::format("about {} per rank, including {} for averaging traces",
                          memory_text(with_averages.memory_per_rank_MB), memory_text(averaging_MB)),
              too_large);
    if (total.traces_MB > 0 && (ensemble.keeps_results() || !too_much.empty()))
        text += entry(
            "Traces",
            fmt::format("about {} on the disk for the largest trial", memory_text(total.traces_MB)),
            too_much);
    if (ensemble.keeps_results()) text += files_entry(total.files_MB);
    text += gpu_entry(total.gpu_memory_per_rank_MB, "trial") +
            entry("Time",
                  fmt::format("about {} (one core per rank; rough)",
                              duration_text(std::ceil(total.wall_s))),
                  too_long);
    if (too_long.empty() && too_much.empty()) text += job_options(with_averages, n_ranks);
    return text;
}

std::string plan_of(const Experiment& experiment, const Wiring& wiring, int n_ranks) {
    const Partition partition(experiment.populations.size(), n_ranks);
    const job::Forecast forecast = job::make_forecast(experiment, wiring, n_ranks);
    const std::string too_long = job::problem_of_time(forecast, n_ranks);
    const std::string too_much = job::problem_of_traces(forecast);
    std::string text =
        entry("Schedule", make_schedule(experiment).name) +
        entry("Spiking time", fmt::format("{:.10g} s of {:.10g} s simulated", forecast.spiking_s,
                                          experiment.duration_s)) +
        entry("Neurons",
              fmt::format("{}; {} on the fullest of {}", neurons_text(experiment.populations),
                          partition.n_local(0), counted(n_ranks, "rank"))) +
        entry("Synapses", fmt::format("{:.3g} plastic, {:.3g} fixed (expected)",
                                      forecast.plastic_synapses, forecast.fixed_synapses)) +
        entry("Memory", memory_of_ranks(forecast, n_ranks),
              job::problem_of_memory(forecast, n_ranks));
    if (forecast.traces_MB > 0)
        text +=
            entry("Traces", fmt::format("about {} on the disk", memory_text(forecast.traces_MB)),
                  too_much);
    text += files_entry(forecast.files_MB);
    text += gpu_entry(forecast.gpu_memory_per_rank_MB, "rank") +
            entry("Time",
                  fmt::format("about {} (one core per rank; rough, for the activity that the "
                              "stimuli alone cause)",
                              duration_text(std::ceil(forecast.wall_s))),
                  too_long);
    if (too_long.empty() && too_much.empty()) text += job_options(forecast, n_ranks);
    return text;
}

}  // namespace

ExitCode plan_command(const CommandLine& line) {
    job::GivenConfiguration given = job::read_given(line.source(), alone);
    if (given.is_of_ensemble) {
        print(plan_of(job::read_ensemble(std::move(given), alone), line.ranks));
    } else {
        // Of a network too large for any computer that is said, rather than what it would lead to.
        const job::WiredExperiment wired = job::read_experiment(given, alone, job::CheckSums::no);
        print(plan_of(wired.experiment, *wired.wiring, line.ranks));
    }
    return ExitCode::done;
}

}  // namespace engram::cli

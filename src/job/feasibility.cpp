// SPDX-License-Identifier: Apache-2.0
#include "job/feasibility.hpp"

#include <unistd.h>

#include <cmath>

#include "base/errors.hpp"
#include "base/messages.hpp"
#include "experiment/keys.hpp"
#include "io/output_directory.hpp"
#include "network/partition.hpp"

namespace engram::job {
namespace {

// Beyond the largest computers of today.
constexpr double largest_node_MB = 16e6;
constexpr double largest_computer_MB = 20e9;
constexpr double most_ranks = 1e6;
constexpr double largest_traces_MB = 100e6;
constexpr double longest_wall_s = 365.25 * 86400.0;
constexpr const char* recording_less =
    "record less (record), or less often (record.every_steps, simulation.dt_fast_forward_s)";
constexpr const char* shortening =
    "shorten its spiking time (simulation.duration_s, stimuli, fast_forward: auto), enlarge dt_ms "
    "or dt_fast_forward_s, or use more ranks";

}  // namespace

double machine_memory_MB() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
           static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

bool fits_some_computer(const Forecast& forecast, int n_ranks) {
    return forecast.memory_per_rank_MB <= largest_node_MB &&
           forecast.memory_per_rank_MB * n_ranks <= largest_computer_MB;
}

std::string problem_of_memory(const Forecast& forecast, int n_ranks) {
    const double have_MB = machine_memory_MB();
    if (forecast.memory_per_rank_MB <= have_MB) return "";
    std::string text =
        fmt::format("each of {} needs about {} and this machine has {}; ", counted(n_ranks, "rank"),
                    memory_text(forecast.memory_per_rank_MB), memory_text(have_MB));
    const double room_MB = have_MB - forecast.base_MB - forecast.per_rank_MB;
    const double enough = room_MB > 0.0
                              ? std::ceil((forecast.synapses_MB + forecast.neurons_MB) / room_MB)
                              : HUGE_VAL;
    text += enough <= most_ranks
                ? fmt::format(
                      "use {:.0f} or more ranks, each on a machine like this one, or a "
                      "smaller network",
                      enough)
                : "use a smaller network: no number of such machines would do";
    return text;
}

std::string problem_of_time(const Forecast& forecast, int n_ranks) {
    if (forecast.wall_s <= longest_wall_s) return "";
    return fmt::format("the run would take about {} on {}; {}", duration_text(forecast.wall_s),
                       counted(n_ranks, "rank"), shortening);
}

std::string problem_of_traces(const Forecast& forecast) {
    if (forecast.traces_MB <= largest_traces_MB) return "";
    return fmt::format("the recorded traces would take about {} on the disk; {}",
                       memory_text(forecast.traces_MB), recording_less);
}

Forecast require_possible(const Experiment& experiment, const Wiring& wiring,
                          const std::filesystem::path& output, int n_ranks) {
    Partition(experiment.populations.size(), n_ranks);
    for (const WiringFile& file : wiring_files(experiment))
        OutputDirectory::require_outside(output, file);
    for (const Stimulus& stimulus : experiment.stimuli)
        if (stimulus.file)
            OutputDirectory::require_outside(
                output, {*stimulus.file,
                         "stimuli." + stimulus.name + "." + keys::name_of<&Stimulus::file>()});
    if (const auto& from = experiment.initial_state.from) {
        const std::string key = keys::path_of<&InitialState::from>();
        std::error_code ignored;
        if (std::filesystem::equivalent(*from, output, ignored))
            throw FileError(*from, "is the directory whose results this run would replace (" + key +
                                       "); choose another --output");
        OutputDirectory::require_outside(output, {*from, key});
    }
    const Forecast forecast = make_forecast(experiment, wiring, n_ranks);
    require_feasible(forecast, n_ranks);
    return forecast;
}

void require_feasible(const Forecast& forecast, int n_ranks) {
    std::string problems;
    for (const std::string& problem :
         {problem_of_memory(forecast, n_ranks), problem_of_time(forecast, n_ranks),
          problem_of_traces(forecast)}) {
        if (problem.empty()) continue;
        if (!problems.empty()) problems += "; also, ";
        problems += problem;
    }
    if (!problems.empty()) throw UsageError(problems);
}

}  // namespace engram::job

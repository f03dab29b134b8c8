#include "cli/feasibility.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/errors.hpp"
#include "cli/progress_log.hpp"

namespace engram::cli {
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

// Rounded down to two digits.
double rounded_down(double value) {
    if (!(value > 0.0)) return 0.0;
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1.0);
    return std::floor(value / unit) * unit;
}

std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
}

std::string count_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", std::floor(rounded_down(value)));
    return text;
}

std::string ranks_text(double n_ranks) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f rank%s", n_ranks, n_ranks == 1.0 ? "" : "s");
    return text;
}

// Neurons and connections that so many ranks hold with so much memory each; told of the published
// network, which has one probability for all.
std::string what_would_fit(const Experiment& experiment, const Forecast& f, double n_ranks,
                           double memory_MB) {
    const double room_MB = (memory_MB - f.base_MB) * n_ranks;
    const double neurons_MB = f.neurons_MB + f.per_rank_MB * n_ranks;
    std::string text;
    if (experiment.has_named_populations() || experiment.connectivity.file) return text;
    if (f.synapses_MB > 0.0 && room_MB > neurons_MB)
        text = "connectivity.probability up to " +
               digits(rounded_down(experiment.connectivity.probability * (room_MB - neurons_MB) /
                                   f.synapses_MB));
    // Synapses grow with the square of the factor by which the populations do, all else linearly.
    const double scale =
        2.0 * room_MB /
        (neurons_MB + std::sqrt(neurons_MB * neurons_MB + 4.0 * f.synapses_MB * room_MB));
    if (room_MB > 0.0) {
        const Population& exc = experiment.populations[0];
        const Population& inh = experiment.populations[1];
        text += (text.empty() ? "" : ", or ");
        text += "populations.n_exc up to " + count_text(exc.count * scale);
        if (inh.count > 0) text += " with n_inh up to " + count_text(inh.count * scale);
    }
    return text;
}

}  // namespace

double machine_memory_MB() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
           static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string memory_text(double memory_MB) {
    char text[32];
    if (memory_MB < 1e6) {
        std::snprintf(text, sizeof text, "%.0f MB", memory_MB);
        return text;
    }
    constexpr const char* units[] = {"TB", "PB", "EB"};
    int unit = 0;
    double value = memory_MB / 1e6;
    for (; value >= 1000.0 && unit < 2; ++unit) value /= 1000.0;
    std::snprintf(text, sizeof text, "%.3g %s", value, units[unit]);
    return text;
}

bool fits_some_computer(const Forecast& forecast, int n_ranks) {
    return forecast.memory_per_rank_MB <= largest_node_MB &&
           forecast.memory_per_rank_MB * n_ranks <= largest_computer_MB;
}

std::string time_advice(const Forecast& forecast) {
    if (forecast.wall_s <= longest_wall_s) return "";
    return "                    more than a year: 'engram run' will refuse it;\n"
           "                    " +
           std::string(shortening) + ".\n";
}

std::string traces_advice(const Forecast& forecast) {
    if (forecast.traces_MB <= largest_traces_MB) return "";
    return "                    more than any disk: 'engram run' will refuse it;\n"
           "                    " +
           std::string(recording_less) + ".\n";
}

void require_feasible(const Forecast& forecast, int n_ranks) {
    const double have_MB = machine_memory_MB();
    if (forecast.memory_per_rank_MB > have_MB)
        throw UsageError("each of " + std::to_string(n_ranks) + " rank(s) needs about " +
                         memory_text(forecast.memory_per_rank_MB) + " and this machine has " +
                         memory_text(have_MB) +
                         "; use more ranks on more nodes, or a smaller network ('engram plan' "
                         "tells what would fit)");
    if (forecast.wall_s > longest_wall_s)
        throw UsageError("the run would take about " + duration_text(forecast.wall_s) + " on " +
                         std::to_string(n_ranks) + " rank(s); " + shortening +
                         " ('engram plan' forecasts the time)");
    if (forecast.traces_MB > largest_traces_MB)
        throw UsageError("the recorded traces would take about " + memory_text(forecast.traces_MB) +
                         " on the disk; " + recording_less);
}

std::string memory_advice(const Experiment& experiment, const Forecast& f, int n_ranks,
                          double memory_MB) {
    if (f.memory_per_rank_MB <= memory_MB) return "";
    std::string text =
        "                    more than the " + memory_text(memory_MB) + " of this machine.\n";
    const double room_MB = memory_MB - f.base_MB - f.per_rank_MB;
    const double least_ranks =
        room_MB > 0.0 ? std::ceil((f.synapses_MB + f.neurons_MB) / room_MB) : HUGE_VAL;
    const double allowed = std::min<double>(most_ranks, experiment.populations.size());
    if (least_ranks <= allowed)
        text += "                    It fits from " + ranks_text(least_ranks) +
                " on, if each has a machine like this one to itself.\n";
    else
        text += "                    It fits on no number of such machines.\n";
    for (const double n : {static_cast<double>(n_ranks), allowed}) {
        if (n == allowed && (least_ranks <= allowed || n_ranks >= allowed)) continue;
        const std::string fitting = what_would_fit(experiment, f, n, memory_MB);
        if (!fitting.empty())
            text += "                    On " + ranks_text(n) + " with " + memory_text(memory_MB) +
                    " each would fit: " + fitting + ".\n";
    }
    return text;
}

}  // namespace engram::cli

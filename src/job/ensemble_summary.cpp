// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_summary.hpp"

#include <algorithm>
#include <cmath>

#include "base/messages.hpp"
#include "experiment/config_text.hpp"
#include "experiment/schedule.hpp"
#include "job/run_summary.hpp"

namespace engram::job {
namespace {

using nlohmann::json;

constexpr std::size_t most_points_shown = 20;
constexpr std::size_t most_columns = 100;

json measures_of_point(const std::vector<MeasureStatistics>& measures, std::size_t point) {
    json values = json::object();
    for (const MeasureStatistics& m : measures)
        if (!std::isnan(m.by_point.mean(point)))
            values[m.measure.name] = {{"mean", m.by_point.mean(point)},
                                      {"sd", m.by_point.sd(point)},
                                      {"sem", m.by_point.sem(point)}};
    return values;
}

}  // namespace

json make_ensemble_summary(const Ensemble& ensemble, const json& inputs,
                           const std::vector<MeasureStatistics>& measures, std::uint64_t n_run,
                           double wall_s, int n_ranks, const std::vector<double>& peak_memory_MB) {
    json points = json::array();
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        json settings = json::object();
        for (const SweepSetting& setting : ensemble.points()[point].settings)
            settings[setting.key] = inline_text(*setting.value);
        const Experiment experiment = ensemble.experiment({point, 0});
        points.push_back({{"index", point},
                          {"name", ensemble.points()[point].name},
                          {"settings", settings},
                          {"schedule", make_schedule(experiment).name},
                          {"stimuli", stimuli_summary(experiment)},
                          {"measures", measures_of_point(measures, point)}});
    }
    return {{"kind", "ensemble"},
            {"trials", ensemble.trials()},
            {"trials_per_batch", ensemble.trials_per_batch()},
            {"points", points},
            {"inputs", inputs},
            {"trials_of_last_run", n_run},
            {"wall_s", {{"run", wall_s}}},
            {"ranks", n_ranks},
            {"ranks_per_trial", ensemble.ranks_per_trial()},
            {"peak_memory_MB", peak_memory_MB},
            {"versions", versions()}};
}

std::string ensemble_summary_text(const Ensemble& ensemble,
                                  const std::vector<MeasureStatistics>& measures, double wall_s,
                                  const std::string& directory) {
    std::string text =
        fmt::format("{} trials at each of {} in {}; mean and standard error:\n", ensemble.trials(),
                    counted(ensemble.points().size(), "point"), duration_text(wall_s));
    const std::size_t n_shown = std::min(ensemble.points().size(), most_points_shown);
    for (std::size_t point = 0; point < n_shown; ++point) {
        const std::string& name = ensemble.points()[point].name;
        text += fmt::format("  {}", name.empty() ? "all trials" : name);
        std::size_t column = most_columns;  // the values begin a line
        for (const MeasureStatistics& m : measures) {
            const std::string& measure = m.measure.name;
            // Those of memories and synapses are many.
            if (measure.find('.') != std::string::npos) continue;
            const bool shown = measure == "rate_exc" || measure == "rate_inh" || measure == "Q" ||
                               measure == "MI" || measure.starts_with("silent_resets_") ||
                               (measure.starts_with("nu_") && !measure.ends_with("_ref"));
            if (!shown || std::isnan(m.by_point.mean(point))) continue;
            std::string value = fmt::format("  {} {:.4g}", measure, m.by_point.mean(point));
            if (!std::isnan(m.by_point.sem(point)))
                value += fmt::format(" +- {:.2g}", m.by_point.sem(point));
            if (column + value.size() > most_columns) {
                text += "\n  ";
                column = 2;
            }
            text += value;
            column += value.size();
        }
        text += '\n';
    }
    if (n_shown < ensemble.points().size())
        text +=
            fmt::format("  and {} more\n", counted(ensemble.points().size() - n_shown, "point"));
    return text + "Results: " + one_line(directory) + '\n';
}

}  // namespace engram::job

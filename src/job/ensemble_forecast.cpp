// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_forecast.hpp"

#include <algorithm>

#include "io/edge_wiring.hpp"
#include "job/feasibility.hpp"
#include "job/state_source.hpp"

namespace engram::job {
namespace {

// What rank 0 holds to average the recorded traces of a point.
double averaging_MB(const Ensemble& ensemble, const Forecast& trial) {
    constexpr double bytes_per_value = 60;  // statistics, a trial, and what is being written
    return ensemble.averages_traces() ? trial.traces_MB * bytes_per_value / sizeof(double) : 0;
}

void add_trials(Forecast& total, const Forecast& one, double trials, int n_groups,
                bool keeps_results) {
    if (one.memory_per_rank_MB > total.memory_per_rank_MB) {
        total.memory_per_rank_MB = one.memory_per_rank_MB;
        total.base_MB = one.base_MB;
        total.per_rank_MB = one.per_rank_MB;
        total.neurons_MB = one.neurons_MB;
        total.synapses_MB = one.synapses_MB;
    }
    const auto take_larger = [&](double Forecast::*member) {
        total.*member = std::max(total.*member, one.*member);
    };
    take_larger(&Forecast::memory_of_rank_0_MB);
    take_larger(&Forecast::plastic_synapses);
    take_larger(&Forecast::checkpoint_MB);
    take_larger(&Forecast::traces_MB);
    take_larger(&Forecast::gpu_memory_per_rank_MB);
    if (keeps_results) total.files_MB += one.files_MB * trials;
    total.wall_s += one.wall_s * trials / n_groups;
}

}  // namespace

EnsembleForecast forecast_ensemble(const Ensemble& ensemble, int n_groups) {
    const auto ranks = static_cast<int>(ensemble.ranks_per_trial());
    n_groups = static_cast<int>(
        std::min<std::uint64_t>(static_cast<std::uint64_t>(n_groups), ensemble.size()));
    EnsembleForecast forecast;
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        const Experiment experiment = with_source(ensemble.experiment({point, 0}));
        const Forecast one = make_forecast(experiment, *open_wiring(experiment), ranks);
        if (forecast.time_problem.empty()) forecast.time_problem = problem_of_time(one, ranks);
        add_trials(forecast.total, one, ensemble.trials(), n_groups, ensemble.keeps_results());
        forecast.averaging_MB = std::max(forecast.averaging_MB, averaging_MB(ensemble, one));
    }
    return forecast;
}

}  // namespace engram::job

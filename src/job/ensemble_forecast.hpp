// SPDX-License-Identifier: Apache-2.0
// Forecast of memory and time of an ensemble.
#pragma once

#include <string>

#include "experiment/ensemble.hpp"
#include "job/forecast.hpp"

namespace engram::job {

struct EnsembleForecast {
    Forecast total;            //!< memory of the greediest trial; files and time of all
    double averaging_MB = 0;   //!< more than `total`: what averages of recorded traces take
    std::string time_problem;  //!< of the first point whose trials take too long; or ""
};

//! Of trials on `n_groups` groups of ranks side by side.
EnsembleForecast forecast_ensemble(const Ensemble& ensemble, int n_groups);

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
// summary.json of an ensemble, and what is printed at its end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiment/ensemble.hpp"
#include "io/ensemble_file.hpp"

namespace engram::job {

//! \param inputs  InputFiles::summary, or null: not known
//! \param n_run   trials that this run has added to those of earlier runs
nlohmann::json make_ensemble_summary(const Ensemble& ensemble, const nlohmann::json& inputs,
                                     const std::vector<MeasureStatistics>& measures,
                                     std::uint64_t n_run, double wall_s, int n_ranks,
                                     const std::vector<double>& peak_memory_MB);

//! A table of the recall measures, one line per point.
std::string ensemble_summary_text(const Ensemble& ensemble,
                                  const std::vector<MeasureStatistics>& measures, double wall_s,
                                  const std::string& directory);

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
// ensemble.h5: all trials of an ensemble in one file, see docs/file_formats.md.
#pragma once

#include <string>
#include <vector>

#include "analysis/recall_measures.hpp"
#include "analysis/running_statistics.hpp"
#include "experiment/ensemble.hpp"
#include "io/trial_log.hpp"

namespace engram {

inline const std::string ensemble_filetype = "engram ensemble";

// One measure over the trials of each point.
struct MeasureStatistics {
    MeasureName measure;
    RunningStatistics by_point;
};

//! Writes the statistics of all trials, which the logs must hold. One process.
//! \return the statistics of the measures
//! \throw FileError
std::vector<MeasureStatistics> write_ensemble_file(const std::string& path,
                                                   const Ensemble& ensemble,
                                                   const TrialArchive& trials);

//! The statistics of the measures, from the file of a complete ensemble.
//! \throw FileError if it is unusable, or of another ensemble
std::vector<MeasureStatistics> read_ensemble_file(const std::string& path,
                                                  const Ensemble& ensemble);

}  // namespace engram

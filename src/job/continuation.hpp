// SPDX-License-Identifier: Apache-2.0
// What a directory is to be continued with, and whether that is allowed. All on rank 0.
#pragma once

#include <string>

#include "base/errors.hpp"
#include "experiment/config_difference.hpp"
#include "experiment/experiment.hpp"
#include "io/output_directory.hpp"
#include "job/request.hpp"

namespace engram::job {

//! The problem that something is wanted different from what a "run" or "ensemble" has begun with.
//! \param file  where the change is wanted
ConfigProblem forbidden_change(const std::string& file, const std::string& of,
                               const ConfigDifference& difference);

//! \throw FileError if config.yaml of an ensemble is missing
bool holds_ensemble(const OutputDirectory& directory);

//! Trials of different experiments must not be averaged.
//! \throw ConfigError with every key of an ensemble that the request wants to be different
void require_unchanged_ensemble(const OutputDirectory& directory, const ResumeRequest& request);

//! Whether a run has come to its end and left all its files; truncated ones do not count.
bool has_whole_results(const OutputDirectory& run);

//! Of a complete run or ensemble: whether all results are there.
//! \throw FileError that names the first one that is missing or truncated
void require_results(const OutputDirectory& directory);

//! \throw FileError if there is nothing to continue from, neither config.yaml nor a checkpoint
void require_run(const OutputDirectory& directory);

// A configuration that is not of the run that a checkpoint is of.
class DifferentRun : public ConfigError {
  public:
    using ConfigError::ConfigError;
};

//! The experiment to continue with: that of --config, or of config.yaml, or of the checkpoint, with
//! the changes of the request.
//! \param saved  configuration in the checkpoint
//! \throw DifferentRun that lists every key that differs from the checkpoint but must not;
//!        ConfigError if the configuration that is wanted is not valid
Experiment continued_experiment(const std::string& saved, const OutputDirectory& directory,
                                const ResumeRequest& request);

//! Whether a complete run is to become longer.
//! \throw ConfigError as continued_experiment; FileError if summary.json is damaged
bool asks_for_extension(const OutputDirectory& directory, const ResumeRequest& request);

}  // namespace engram::job

// SPDX-License-Identifier: Apache-2.0
// What a job is asked for, and how it ended.
#pragma once

#include <string>
#include <vector>

#include "experiment/arbor_import.hpp"
#include "job/device_choice.hpp"

namespace engram::job {

// How a job computes and speaks; no result depends on it.
struct JobOptions {
    DeviceChoice device = DeviceChoice::cpu;
    int trials_at_once = 0;  //!< of an ensemble on a GPU; 0: as many as gain from it
    bool quiet = false;
};

// Where a configuration comes from.
struct ConfigurationSource {
    std::string file;
    std::vector<std::string> overrides;  //!< key=value
    std::string output;                  //!< directory; empty: the one in the configuration
    ArborDiffusivity arbor_diffusivity = ArborDiffusivity::not_given;  //!< of a JSON file
};

struct RunRequest {
    ConfigurationSource source;
    bool force = false;  //!< whether results of an earlier run are replaced
    JobOptions options;
};

struct ResumeRequest {
    std::string directory;
    std::string configuration;  //!< file; empty: config.yaml of the run
    std::vector<std::string> overrides;
    JobOptions options;
    bool salvage = false;  //!< whether the run goes on although recordings are damaged

    bool asks_for_changes() const { return !configuration.empty() || !overrides.empty(); }
};

enum class JobEnd { complete, stopped, nothing_to_do };

struct JobOutcome {
    JobEnd end = JobEnd::complete;
    std::string text;  //!< rank 0: the results in a few lines, for a person; or empty
};

}  // namespace engram::job

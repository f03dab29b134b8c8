// SPDX-License-Identifier: Apache-2.0
// What of its recordings a run has lost, for its summary and for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "experiment/experiment.hpp"
#include "io/recording_marks.hpp"

namespace engram::job {

//! E.g. "spikes from 0.4 s to 0.5 s, the snapshot of 10 s"; empty if nothing was lost.
std::string losses_text(const RecordingMarks& recordings, const Experiment& experiment);

//! Adds the fields `recording_gaps` and `lost_snapshots_s`; none of a run that has lost nothing.
void add_losses(nlohmann::json& summary, const RecordingMarks& recordings,
                const Experiment& experiment);

}  // namespace engram::job

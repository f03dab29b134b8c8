// SPDX-License-Identifier: Apache-2.0
// Runs the trials of an ensemble side by side, each on a group of ranks.
#pragma once

#include "experiment/ensemble.hpp"
#include "io/output_directory.hpp"
#include "job/input_files.hpp"
#include "job/request.hpp"
#include "job/run_context.hpp"
#include "job/trial_turns.hpp"

namespace engram::job {

//! Collective. Runs the trials that the logs in the prepared directory do not hold yet, and then
//! writes ensemble.h5 and summary.json. There must be as many ranks as a trial needs at least.
//! \param inputs  that the ensemble began with
//! \throw Error that names the trial; the other trials have been stopped as on request, unless the
//!        error is of one rank of several that share a trial
JobOutcome run_ensemble(const Ensemble& ensemble, const InputFiles& inputs,
                        const OutputDirectory& directory, TrialTurns& turns,
                        const RunContext& context);

}  // namespace engram::job

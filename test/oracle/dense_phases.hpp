// SPDX-License-Identifier: Apache-2.0
// Which steps are computed in detail, by the oracle's own reading of the schedule.
#pragma once

#include <vector>

#include "experiment/experiment.hpp"
#include "oracle/dense_stimuli.hpp"

namespace engram::test {

struct DensePhase {
    bool spiking;
    Step begin;
    Step end;
};

//! In order, without gaps.
std::vector<DensePhase> dense_phases(const Experiment& experiment, const DenseStimuli& stimuli);

}  // namespace engram::test

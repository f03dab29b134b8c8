// SPDX-License-Identifier: Apache-2.0
// The variables that a recording keeps of its neurons and synapses.
#pragma once

#include <cstddef>
#include <vector>

#include "experiment/config_problems.hpp"
#include "experiment/experiment.hpp"
#include "plasticity/recorded.hpp"

namespace engram {

// Of those that are sampled, each with its place among them; both in their order.
struct RecordedColumns {
    std::vector<Column> of_neuron;
    std::vector<Column> of_synapse;
    std::vector<std::size_t> neuron_places;
    std::vector<std::size_t> synapse_places;
};

//! \param recording  of the experiment
RecordedColumns recorded_columns(const TraceRecording& recording, const Experiment& experiment);

//! Length of a row: time_ms; then the columns of each recorded neuron; then those of each recorded
//! synapse, both in the order of the recording.
//! \param recording  its number, see Recording::recording
std::size_t trace_columns(const Experiment& experiment, std::size_t recording);

//! Notes the variables of recordings that nothing has, and those that keep nothing.
void check_recorded_variables(const Experiment& experiment, ConfigProblems& problems);

}  // namespace engram

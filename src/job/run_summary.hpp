// SPDX-License-Identifier: Apache-2.0
// What a finished run reports: summary.json and the text on standard output.
#pragma once

#include <mpi.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "simulation/simulation.hpp"

namespace engram::job {

//! Collective; the result is complete on rank 0.
nlohmann::json make_summary(const Simulation& simulation, double setup_s, double run_s,
                            MPI_Comm communicator);

//! By name of the stimulus: its scheme, its group, and the intervals in which it is on [s], so that
//! tools need not know schemes.
nlohmann::json stimuli_summary(const Experiment& experiment);

//! Collective. Peak memory of each rank, on rank 0.
std::vector<double> gather_peak_memory_MB(MPI_Comm communicator);

//! Of Engram and the libraries that results may depend on.
nlohmann::json versions();

//! A few lines for a person.
std::string summary_text(const nlohmann::json& summary, const std::string& directory);

}  // namespace engram::job

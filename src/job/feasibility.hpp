// SPDX-License-Identifier: Apache-2.0
// Whether a run fits into a machine and a lifetime, and what to do if not.
#pragma once

#include <filesystem>
#include <string>

#include "job/forecast.hpp"

namespace engram::job {

//! Physical memory of this machine.
double machine_memory_MB();

//! Before a run touches anything: whether its ranks have neurons each, its files are not among the
//! results that it replaces, and require_feasible.
//! \param output  directory for the results
//! \return the forecast of the run
//! \throw UsageError, FileError
Forecast require_possible(const Experiment& experiment, const Wiring& wiring,
                          const std::filesystem::path& output, int n_ranks);

//! At least one rank must fit into this machine, the traces on a large disk, and the run end within
//! a year; trying would take long to find out.
//! \throw UsageError
void require_feasible(const Forecast& forecast, int n_ranks);

//! What is too much, and what to do; empty if nothing is.
std::string problem_of_memory(const Forecast& forecast, int n_ranks);
std::string problem_of_time(const Forecast& forecast, int n_ranks);
std::string problem_of_traces(const Forecast& forecast);

//! Whether there is any computer for so many ranks of this size.
bool fits_some_computer(const Forecast& forecast, int n_ranks);

}  // namespace engram::job

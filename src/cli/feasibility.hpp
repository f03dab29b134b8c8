// Whether a run fits into a machine and a lifetime, and what would.
#pragma once

#include <string>

#include "cli/forecast.hpp"

namespace engram::cli {

//! Physical memory of this machine.
double machine_memory_MB();

//! At least one rank must fit into this machine, the traces on a large disk, and the run end within
//! a year; trying would take long to find out.
//! \throw UsageError
void require_feasible(const Forecast& forecast, int n_ranks);

//! What `engram plan` says of a forecast that exceeds this machine; empty if it does not.
//! \param memory_MB  of this machine
std::string memory_advice(const Experiment& experiment, const Forecast& forecast, int n_ranks,
                          double memory_MB);

//! What `engram plan` says of a forecast that no lifetime suffices for; empty if one does.
std::string time_advice(const Forecast& forecast);
//! The same of the recorded traces.
std::string traces_advice(const Forecast& forecast);

//! Whether there is any computer for so many ranks of this size.
bool fits_some_computer(const Forecast& forecast, int n_ranks);

//! E.g. "350 MB", "1.2 TB".
std::string memory_text(double memory_MB);

}  // namespace engram::cli

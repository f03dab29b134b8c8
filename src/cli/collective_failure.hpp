// Failures that concern all ranks at once.
#pragma once

#include <mpi.h>

#include <functional>
#include <string>

#include "base/errors.hpp"

namespace engram::cli {

// Thrown on every rank when a task of rank 0 has failed; rank 0 has printed the message.
struct ReportedFailure {
    ExitCode exit_code;
};

//! Collective. Runs a task on rank 0 only. If it throws an Error, rank 0 prints it and every rank
//! throws ReportedFailure.
void on_rank_0(MPI_Comm communicator, const std::function<void()>& task);

//! Prints "engram: error: ..." on standard error, each line of the message with the prefix.
void print_error(const char* message);

//! Prints "engram: ..." on standard error.
void print_notice(const std::string& text);

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
// The engram program: turns errors into messages and exit codes, and nothing else. Only what
// simulates needs MPI; the rest works wherever a program can be started.
#include <mpi.h>

#include <chrono>
#include <exception>
#include <thread>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/launch.hpp"
#include "cli/mpi_session.hpp"
#include "cli/output.hpp"
#include "io/hdf5.hpp"

namespace {

using namespace engram;
using namespace engram::cli;

bool needs_ranks(Command command) {
    return command == Command::run || command == Command::resume;
}

ExitCode dispatch_alone(const CommandLine& line) {
    switch (line.command) {
        case Command::check:
            return check_command(line);
        case Command::plan:
            return plan_command(line);
        case Command::inspect:
            return inspect_command(line);
        case Command::import:
            return import_command(line);
        case Command::version:
            return version_command();
        case Command::help:
        case Command::run:
        case Command::resume:
            break;
    }
    return help_command(line);
}

// An error of all ranks is reported once. For one of a rank alone the others wait in vain, so all
// are ended at once.
ExitCode fail(const ErrorRecord& record, MPI_Comm communicator) {
    const ExitCode code = engram::exit_code_of(record.kind);
    const int rank = rank_of(communicator);
    const bool of_one_rank = !record.is_shared && size_of(communicator) > 1;
    if (of_one_rank)
        engram::error(fmt::format("rank {}: {}", rank, record.text()));
    else if (rank == 0)
        engram::error(record.text());
    if (of_one_rank) MPI_Abort(communicator, static_cast<int>(code));
    return code;
}

ExitCode dispatch_on_ranks(const CommandLine& line, MPI_Comm communicator) {
    try {
        return line.command == Command::run ? run_command(line, communicator)
                                            : resume_command(line, communicator);
    } catch (...) {
        return fail(record_of(std::current_exception()), communicator);
    }
}

ExitCode run_program(int argc, char** argv, const Launch& launch) {
    const bool speaks = launch.rank == 0;
    try {
        const CommandLine line = parse_command_line(argc, argv);
        if (!needs_ranks(line.command)) return speaks ? dispatch_alone(line) : ExitCode::done;
        const MpiSession mpi(argc, argv, launch);
        require_company(launch, size_of(MPI_COMM_WORLD));
        return dispatch_on_ranks(line, MPI_COMM_WORLD);
    } catch (...) {
        const ErrorRecord record = record_of(std::current_exception());
        if (speaks)
            engram::error(record.text());
        else  // the first that fails makes the launcher end the others: rank 0 speaks first
            std::this_thread::sleep_for(std::chrono::seconds(2));
        return engram::exit_code_of(record.kind);
    }
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_streams();
    h5::leave_library_open();
    return static_cast<int>(run_program(argc, argv, read_launch()));
}

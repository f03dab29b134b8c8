// SPDX-License-Identifier: Apache-2.0
// The engram program: turns errors into messages and exit codes, and nothing else.
#include <mpi.h>

#include <cstdio>
#include <exception>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "base/version.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "device/cuda_device.hpp"

namespace {

using namespace engram;
using namespace engram::cli;

ExitCode dispatch(const CommandLine& line, MPI_Comm communicator) {
    switch (line.command) {
        case Command::run:
            return run_command(line, communicator);
        case Command::resume:
            return resume_command(line, communicator);
        case Command::check:
            return check_command(line, communicator);
        case Command::plan:
            return plan_command(line, communicator);
        case Command::inspect:
            return inspect_command(line, communicator);
        case Command::import:
            return import_command(line, communicator);
        case Command::help:
            if (rank_of(communicator) == 0) std::fputs(help_text(line.help_topic).c_str(), stdout);
            break;
        case Command::version:
            if (rank_of(communicator) == 0)
                std::printf("engram %s (commit %s)\n%s\n", version().c_str(), commit().c_str(),
                            device::cuda_support().c_str());
            break;
    }
    return ExitCode::done;
}

// An error of all ranks is reported once. For one of a rank alone the others wait in vain, so all
// are ended at once.
ExitCode fail(const ErrorRecord& record, MPI_Comm communicator) {
    const ExitCode code = engram::exit_code_of(record.kind);
    const int rank = rank_of(communicator);
    const bool alone = !record.is_shared && size_of(communicator) > 1;
    if (alone)
        engram::error(fmt::format("rank {}: {}", rank, record.text()));
    else if (rank == 0)
        engram::error(record.text());
    if (alone) MPI_Abort(communicator, static_cast<int>(code));
    return code;
}

ExitCode run_program(int argc, char** argv, MPI_Comm communicator) {
    try {
        CommandLine line;
        collectively(communicator, [&] { line = parse_command_line(argc, argv); });
        return dispatch(line, communicator);
    } catch (...) {
        return fail(record_of(std::current_exception()), communicator);
    }
}

}  // namespace

int main(int argc, char** argv) {
    prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    const ExitCode code = run_program(argc, argv, MPI_COMM_WORLD);
    std::fflush(stdout);
    MPI_Finalize();
    return static_cast<int>(code);
}

// The engram program: turns errors into messages and exit codes, and nothing else.
#include <mpi.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <string>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/version.hpp"
#include "cli/collective_failure.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "device/cuda_device.hpp"

namespace {

using namespace engram;
using namespace engram::cli;

ExitCode dispatch(const CommandLine& line, int rank) {
    switch (line.command) {
        case Command::run:
            return run_command(line, MPI_COMM_WORLD);
        case Command::resume:
            return resume_command(line, MPI_COMM_WORLD);
        case Command::check:
            return check_command(line, MPI_COMM_WORLD);
        case Command::plan:
            return plan_command(line, MPI_COMM_WORLD);
        case Command::inspect:
            return inspect_command(line, MPI_COMM_WORLD);
        case Command::import:
            return import_command(line, MPI_COMM_WORLD);
        case Command::help:
            if (rank == 0) std::printf("%s", help_text(line.help_topic).c_str());
            break;
        case Command::version:
            if (rank == 0)
                std::printf("engram %s (commit %s)\n%s\n", version().c_str(), commit().c_str(),
                            device::cuda_support().c_str());
            break;
    }
    return ExitCode::done;
}

// An error on one rank alone: the others wait for it in vain, so all are ended at once.
int fail_alone(const std::string& message, ExitCode code, int rank, int n_ranks) {
    if (n_ranks == 1) {
        print_error(message.c_str());
    } else {
        print_error(("rank " + std::to_string(rank) + ": " + message).c_str());
        MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
    }
    return static_cast<int>(code);
}

int run_program(int argc, char** argv) {
    int rank = 0;
    int n_ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    // Some errors are found by every rank alike, all else by one rank alone.
    const auto fail_together = [&](const Error& error) {
        if (rank == 0) print_error(error.what());
        return static_cast<int>(error.exit_code());
    };
    try {
        return static_cast<int>(dispatch(parse_command_line(argc, argv), rank));
    } catch (const ReportedFailure& failure) {
        return static_cast<int>(failure.exit_code);
    } catch (const UsageError& error) {
        return fail_together(error);
    } catch (const ConfigError& error) {
        return fail_together(error);
    } catch (const SharedFileError& error) {
        return fail_together(error);
    } catch (const SharedDeviceError& error) {
        return fail_together(error);
    } catch (const Error& error) {
        return fail_alone(error.what(), error.exit_code(), rank, n_ranks);
    } catch (const std::filesystem::filesystem_error& error) {
        return fail_alone(error.path1().string() + ": " + error.code().message(),
                          ExitCode::unusable_file, rank, n_ranks);
    } catch (const std::bad_alloc&) {
        return fail_alone(
            "out of memory; use more ranks or nodes ('engram plan' forecasts the need)",
            ExitCode::numerical_failure, rank, n_ranks);
    } catch (const std::exception& error) {
        return fail_alone(std::string("internal error: ") + error.what(),
                          ExitCode::numerical_failure, rank, n_ranks);
    }
}

}  // namespace

int main(int argc, char** argv) {
    prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    const int code = run_program(argc, argv);
    std::fflush(stdout);
    MPI_Finalize();
    return code;
}

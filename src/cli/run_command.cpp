// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "job/resume.hpp"
#include "job/start.hpp"

namespace engram::cli {
namespace {

ExitCode exit_code_of(const job::JobOutcome& outcome) {
    return outcome.end == job::JobEnd::stopped ? ExitCode::stopped_resumable : ExitCode::done;
}

}  // namespace

ExitCode run_command(const CommandLine& line, MPI_Comm communicator) {
    const job::JobOutcome outcome =
        job::start({line.source(), line.force, line.options}, communicator);
    std::fputs(visible(outcome.text).c_str(), stdout);
    return exit_code_of(outcome);
}

ExitCode resume_command(const CommandLine& line, MPI_Comm communicator) {
    const job::ResumeRequest request{line.argument, line.configuration, line.overrides,
                                     line.options};
    const job::JobOutcome outcome = job::resume(request, communicator);
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    if (outcome.end == job::JobEnd::nothing_to_do && rank == 0)
        std::printf("The run in %s is complete; there is nothing to resume%s.\n",
                    visible(line.argument).c_str(),
                    request.asks_for_changes() ? ", and the changes have no effect" : "");
    std::fputs(visible(outcome.text).c_str(), stdout);
    return exit_code_of(outcome);
}

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
#include "base/collective.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "job/resume.hpp"
#include "job/start.hpp"

namespace engram::cli {
namespace {

ExitCode exit_code_of(const job::JobOutcome& outcome) {
    return outcome.end == job::JobEnd::stopped ? ExitCode::stopped_resumable : ExitCode::done;
}

// Rank 0 prints the text; if it cannot, that is an error of all ranks.
void print_on_root(const std::string& text, const std::string& remedy, MPI_Comm communicator) {
    on_root(communicator, [&] { print(visible(text), remedy); });
}

}  // namespace

ExitCode run_command(const CommandLine& line, MPI_Comm communicator) {
    const job::JobOutcome outcome =
        job::start({line.source(), line.force, line.options}, communicator);
    print_on_root(outcome.text, "the run is complete, and its results are on the disk",
                  communicator);
    return exit_code_of(outcome);
}

ExitCode resume_command(const CommandLine& line, MPI_Comm communicator) {
    const job::ResumeRequest request{line.argument, line.configuration, line.overrides,
                                     line.options, line.salvage};
    const job::JobOutcome outcome = job::resume(request, communicator);
    const bool nothing_to_do = outcome.end == job::JobEnd::nothing_to_do;
    const std::string text =
        nothing_to_do
            ? fmt::format("The run in {} is complete; there is nothing to resume{}.\n",
                          one_line(line.argument),
                          request.asks_for_changes() ? ", and the changes have no effect" : "")
            : outcome.text;
    print_on_root(text,
                  fmt::format("the run is complete, and its results are in {}", line.argument),
                  communicator);
    return exit_code_of(outcome);
}

}  // namespace engram::cli

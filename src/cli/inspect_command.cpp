// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "io/inspect_file.hpp"

namespace engram::cli {

ExitCode inspect_command(const CommandLine& line, MPI_Comm communicator) {
    on_root(communicator, [&] {
        const Inspection inspection = inspect_file(line.argument);
        std::fputs(visible(inspection.text).c_str(), stdout);
        if (!inspection.problem.empty()) throw FileError(line.argument, inspection.problem);
    });
    return ExitCode::done;
}

}  // namespace engram::cli

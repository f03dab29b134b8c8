// SPDX-License-Identifier: Apache-2.0
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "io/inspect_file.hpp"

namespace engram::cli {

ExitCode inspect_command(const CommandLine& line) {
    const Inspection inspection = inspect_file(line.argument);
    print(visible(inspection.text));
    if (!inspection.problem.empty()) throw FileError(line.argument, inspection.problem);
    return ExitCode::done;
}

}  // namespace engram::cli

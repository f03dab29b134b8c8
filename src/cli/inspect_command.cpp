// SPDX-License-Identifier: Apache-2.0
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "io/inspect_file.hpp"

namespace engram::cli {

ExitCode inspect_command(const CommandLine& line) {
    print(visible(inspect_file(line.argument)));
    return ExitCode::done;
}

}  // namespace engram::cli

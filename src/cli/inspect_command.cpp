// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "io/inspect_file.hpp"

namespace engram::cli {

ExitCode inspect_command(const CommandLine& line, MPI_Comm communicator) {
    on_root(communicator,
            [&] { std::fputs(visible(inspect_file(line.argument)).c_str(), stdout); });
    return ExitCode::done;
}

}  // namespace engram::cli

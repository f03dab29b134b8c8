// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "device/cuda_device.hpp"

namespace engram::cli {

ExitCode help_command(const CommandLine& line) {
    print(help_text(line.help_topic));
    return ExitCode::done;
}

ExitCode version_command() {
    print(fmt::format("engram {} (commit {})\n{}\n", version(), commit(), device::cuda_support()));
    return ExitCode::done;
}

}  // namespace engram::cli

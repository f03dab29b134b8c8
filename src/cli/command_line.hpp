// SPDX-License-Identifier: Apache-2.0
// The command line of the program, parsed.
#pragma once

#include <string>
#include <vector>

#include "job/request.hpp"

namespace engram::cli {

enum class Command { run, resume, check, plan, inspect, import, help, version };

struct CommandLine {
    Command command = Command::help;
    std::string help_topic;  //!< command whose help is wanted, or empty
    std::string argument;    //!< configuration; resume: directory; inspect: file; import: JSON file
    std::string configuration;  //!< resume --config: what the run is continued with, or empty
    std::vector<std::string> overrides;  //!< --set key=value
    std::string output;                  //!< --output, or empty; import: file
    //! --arbor-diffusivity
    ArborDiffusivity arbor_diffusivity = ArborDiffusivity::not_given;
    job::JobOptions options;  //!< run, resume: --device, --trials-at-once, --quiet
    bool force = false;
    bool salvage = false;  //!< resume
    int ranks = 1;         //!< plan --ranks

    //! The configuration of all commands that have one but resume.
    job::ConfigurationSource source() const {
        return {argument, overrides, output, arbor_diffusivity};
    }
};

//! \throw UsageError
CommandLine parse_command_line(int argc, const char* const* argv);

//! Text for --help, of the program or of one command.
std::string help_text(const std::string& topic);

}  // namespace engram::cli

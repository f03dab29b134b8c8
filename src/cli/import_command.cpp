// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "base/durable.hpp"
#include "base/plain_text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "experiment/config_text.hpp"
#include "experiment/configuration.hpp"
#include "job/read_experiment.hpp"

namespace engram::cli {
namespace {

// On one line, whatever a file or a key is called.
std::string comment(const std::string& text) {
    std::string line = "# " + visible(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line + '\n';
}

}  // namespace

ExitCode import_command(const CommandLine& line) {
    const std::filesystem::path source(line.argument);
    if (source.extension() != ".json")
        throw UsageError("'" + line.argument + "' does not end in .json");
    const ConfigTree tree = read_config_tree(line.argument, line.overrides, line.arbor_diffusivity);
    make_experiment(tree);  // reports what is wrong with the values
    job::print_notes(tree);
    std::string text = comment("Imported from " + source.filename().string() +
                               " of arbor_network_consolidation by engram import.");
    for (const std::string& note : tree.notices) text += comment("Note: " + note);
    text += config_text(tree.root);
    if (line.output.empty()) {
        print(text);
        return ExitCode::done;
    }
    std::error_code ignored;
    if (!line.force && std::filesystem::exists(line.output, ignored))
        throw FileError(line.output, "exists already; choose another --output, or pass --force");
    write_text_file(line.output, text);
    return ExitCode::done;
}

}  // namespace engram::cli

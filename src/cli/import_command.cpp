#include <cstdio>
#include <filesystem>

#include "base/durable.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "experiment/config_text.hpp"
#include "experiment/configuration.hpp"

namespace engram::cli {

ExitCode import_command(const CommandLine& line, MPI_Comm communicator) {
    on_rank_0(communicator, [&] {
        const std::filesystem::path source(line.argument);
        if (source.extension() != ".json")
            throw UsageError("'" + line.argument + "' does not end in .json");
        const ConfigTree tree = read_config_tree(line.argument, line.overrides);
        make_experiment(tree);  // reports what is wrong with the values
        print_notices(tree);
        std::string text = "# Imported from " + source.filename().string() +
                           " of arbor_network_consolidation by engram import.\n";
        for (const std::string& notice : tree.notices) text += "# Note: " + notice + "\n";
        text += config_text(tree.root);
        if (line.output.empty()) {
            std::printf("%s", text.c_str());
            return;
        }
        std::error_code ignored;
        if (!line.force && std::filesystem::exists(line.output, ignored))
            throw FileError(line.output,
                            "exists already; choose another --output, or pass --force");
        write_text_file(line.output, text);
    });
    return ExitCode::done;
}

}  // namespace engram::cli

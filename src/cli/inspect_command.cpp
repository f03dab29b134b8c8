#include <cstdio>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "io/inspect_file.hpp"

namespace engram::cli {

ExitCode inspect_command(const CommandLine& line, MPI_Comm communicator) {
    on_rank_0(communicator, [&] { std::printf("%s", inspect_file(line.argument).c_str()); });
    return ExitCode::done;
}

}  // namespace engram::cli

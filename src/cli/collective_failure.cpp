#include "cli/collective_failure.hpp"

#include <iostream>
#include <sstream>

namespace engram::cli {

void print_error(const char* message) {
    std::istringstream lines(message);
    std::ostringstream text;
    for (std::string line; std::getline(lines, line);) text << "engram: error: " << line << '\n';
    std::cerr << text.str() << std::flush;
}

void print_notice(const std::string& text) {
    std::cerr << "engram: " + text + '\n' << std::flush;
}

void on_rank_0(MPI_Comm communicator, const std::function<void()>& task) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    int code = 0;
    if (rank == 0) {
        try {
            task();
        } catch (const Error& error) {
            print_error(error.what());
            code = static_cast<int>(error.exit_code());
        }
    }
    MPI_Bcast(&code, 1, MPI_INT, 0, communicator);
    if (code != 0) throw ReportedFailure{static_cast<ExitCode>(code)};
}

}  // namespace engram::cli

// SPDX-License-Identifier: Apache-2.0
// A job again and again in the same processes, each time with another fault: every kind, in every
// collective step, on the first and the last rank. All ranks must end it with the same error of the
// right kind. One that has an error of its own would leave the others waiting, and ends the
// program.
//
//     mpirun -n N engram_failing_everywhere DIRECTORY [--from RESULTS] -- ARGUMENTS OF ENGRAM
//
// Arguments may name DIRECTORY/results, which is gone before each job, or a copy of RESULTS.
#include <mpi.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "io/hdf5.hpp"
#include "job/failing_collectives.hpp"

namespace {

using namespace engram;
using test::CollectiveFault;
namespace fs = std::filesystem;

const std::map<std::string, ErrorKind> error_kinds = {
    {"usage", ErrorKind::usage},   {"configuration", ErrorKind::configuration},
    {"file", ErrorKind::file},     {"numerical", ErrorKind::numerical},
    {"device", ErrorKind::device}, {"memory", ErrorKind::memory},
    {"other", ErrorKind::internal}};

struct Job {
    fs::path results;
    fs::path from;  //!< what results are a copy of; or empty
    cli::CommandLine line;
};

Job parse(const std::vector<char*>& arguments) {
    Job job;
    std::size_t i = 1;
    job.results = fs::path(arguments.at(i++)) / "results";
    if (std::string(arguments.at(i)) == "--from") {
        job.from = arguments.at(i + 1);
        i += 2;
    }
    // What stands before the arguments of engram stands for its name.
    job.line = cli::parse_command_line(static_cast<int>(arguments.size() - i), &arguments[i]);
    return job;
}

void prepare(const Job& job) {
    if (rank_of(MPI_COMM_WORLD) == 0) {
        fs::remove_all(job.results);
        if (!job.from.empty()) fs::copy(job.from, job.results, fs::copy_options::recursive);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

[[noreturn]] void give_up(const CollectiveFault& fault, const std::string& reason) {
    std::fprintf(stderr, "step %d, rank %d, %s, seen by rank %d: %s\n", fault.step, fault.rank,
                 fault.kind.c_str(), rank_of(MPI_COMM_WORLD), reason.c_str());
    MPI_Abort(MPI_COMM_WORLD, 1);
    std::abort();
}

void require(bool holds, const CollectiveFault& fault, const std::string& reason) {
    if (!holds) give_up(fault, reason);
}

// What the job ends with: no message if it ends well.
ErrorRecord outcome(const Job& job, const CollectiveFault& fault) {
    prepare(job);
    test::collective_steps() = {fault, 0};
    ErrorRecord record;
    try {
        if (job.line.command == cli::Command::run)
            cli::run_command(job.line, MPI_COMM_WORLD);
        else
            cli::resume_command(job.line, MPI_COMM_WORLD);
    } catch (...) {
        record = record_of(std::current_exception());
        require(record.is_shared, fault, "has an error of its own: " + record.text());
    }
    return record;
}

void judge(const ErrorRecord& record, const CollectiveFault& fault, bool restores) {
    require(broadcast_text(record.text(), MPI_COMM_WORLD) == record.text(), fault,
            "rank 0 ended otherwise than with: " + record.text());
    require(test::collective_steps().n >= fault.step || rank_of(MPI_COMM_WORLD) != fault.rank,
            fault, "did not come to this step");
    if (record.message.empty()) {
        // Of a recording or checkpoint that is not usable another way is found; also where rank 0
        // has found it so while the last rank has the fault, since the lowest rank speaks.
        require(fault.kind == "file" || (restores && fault.rank > 0), fault, "went well");
        return;
    }
    require(record.kind == error_kinds.at(fault.kind), fault, "became: " + record.text());
    // What is made of these may be another message.
    if (fault.kind == "file" || fault.kind == "configuration") return;
    const char* expected = fault.kind == "memory" ? "out of memory" : "injected fault";
    require(record.text().find(expected) != std::string::npos, fault, "became: " + record.text());
}

// Number of cases.
int sweep(const Job& job) {
    const ErrorRecord undisturbed = outcome(job, {});
    require(undisturbed.message.empty(), {}, "failed without a fault: " + undisturbed.text());
    const int last = size_of(MPI_COMM_WORLD) - 1;
    int n_cases = 0;
    std::vector<int> n_steps(static_cast<std::size_t>(last) + 1);
    MPI_Allgather(&test::collective_steps().n, 1, MPI_INT, n_steps.data(), 1, MPI_INT,
                  MPI_COMM_WORLD);
    for (const int rank : {0, last})
        for (int step = 1; step <= n_steps[static_cast<std::size_t>(rank)]; ++step)
            for (const std::string& kind : test::kinds_of_faults()) {
                const CollectiveFault fault{step, rank, kind};
                judge(outcome(job, fault), fault, !job.from.empty());
                ++n_cases;
            }
    return n_cases;
}

}  // namespace

int main(int argc, char** argv) {
    h5::leave_library_open();
    prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    const int n_cases = sweep(parse({argv, argv + argc}));
    if (rank_of(MPI_COMM_WORLD) == 0) std::printf("%d faults\n", n_cases);
    MPI_Finalize();
}

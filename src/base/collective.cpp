// SPDX-License-Identifier: Apache-2.0
#include "base/collective.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>

#include "base/errors.hpp"

namespace engram {
namespace {

void broadcast(MPI_Comm comm, int root, std::string& text) {
    auto length = static_cast<unsigned long long>(text.size());
    MPI_Bcast(&length, 1, MPI_UNSIGNED_LONG_LONG, root, comm);
    text.resize(length);
    MPI_Bcast(text.data(), static_cast<int>(length), MPI_CHAR, root, comm);
}

void broadcast(MPI_Comm comm, int root, ErrorRecord& record) {
    int numbers[] = {static_cast<int>(record.kind), static_cast<int>(record.fault),
                     static_cast<int>(record.problems.size())};
    MPI_Bcast(numbers, 3, MPI_INT, root, comm);
    record.kind = static_cast<ErrorKind>(numbers[0]);
    record.fault = static_cast<FileFault>(numbers[1]);
    record.problems.resize(static_cast<std::size_t>(numbers[2]));
    broadcast(comm, root, record.message);
    broadcast(comm, root, record.path);
    for (ConfigProblem& problem : record.problems) {
        MPI_Bcast(&problem.line, 1, MPI_INT, root, comm);
        for (std::string* text : {&problem.file, &problem.key, &problem.message})
            broadcast(comm, root, *text);
    }
}

// Files and configurations are the same for all ranks; the rest is about one of them.
bool is_about_a_rank(ErrorKind kind) {
    return kind != ErrorKind::usage && kind != ErrorKind::configuration && kind != ErrorKind::file;
}

// What one rank could not do may look like damage to another, e.g. by a sum over both.
bool may_follow_from_another(const ErrorRecord& record) {
    return record.kind == ErrorKind::file && record.fault == FileFault::content;
}

}  // namespace

void prepare_mpi_environment() {
    // A user's choice stands. Set by mpirun, and by srun --mpi=pmix: the rest is about a process
    // that none has started.
    if (getenv("PMIX_RANK") != nullptr) return;
    // The daemon would start processes (MPI_Comm_spawn); Engram has none started.
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    // Without a daemon all such processes of a user have one directory for temporary files, which
    // one of them may remove while another makes it. One process does without.
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

int rank_of(MPI_Comm comm) {
    int rank = 0;
    if (comm != alone) MPI_Comm_rank(comm, &rank);
    return rank;
}

int size_of(MPI_Comm comm) {
    int size = 1;
    if (comm != alone) MPI_Comm_size(comm, &size);
    return size;
}

void collectively(MPI_Comm comm, const std::function<void()>& work) {
    const int rank = rank_of(comm);
    const int size = size_of(comm);
    const int nobody = 2 * size;
    ErrorRecord record;
    int first = nobody;  // the lowest rank speaks, but before all others one that knows the reason
    try {
        work();
    } catch (...) {
        record = record_of(std::current_exception());
        first = may_follow_from_another(record) ? size + rank : rank;
        if (is_about_a_rank(record.kind) && size > 1 && !record.is_shared)
            record.message = "rank " + std::to_string(rank) + ": " + record.message;
    }
    if (comm != alone) MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm);
    if (first == nobody) return;
    if (comm != alone) broadcast(comm, first % size, record);
    record.is_shared = true;
    throw_error(record);
}

void sum_over_ranks(MPI_Comm comm, std::span<std::uint64_t> values) {
    if (comm == alone) return;
    constexpr std::size_t piece = std::size_t{1} << 26;  // MPI counts are ints
    for (std::size_t begin = 0; begin < values.size(); begin += piece) {
        const std::size_t count = std::min(piece, values.size() - begin);
        MPI_Allreduce(MPI_IN_PLACE, values.data() + begin, static_cast<int>(count), MPI_UINT64_T,
                      MPI_SUM, comm);
    }
}

void highest_over_ranks(MPI_Comm comm, std::span<double> values) {
    if (comm == alone) return;
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_MAX,
                  comm);
}

void highest_over_ranks(MPI_Comm comm, std::span<std::uint64_t> values) {
    if (comm == alone) return;
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_UINT64_T,
                  MPI_MAX, comm);
}

std::string broadcast_text(std::string text, MPI_Comm comm) {
    if (comm != alone) broadcast(comm, 0, text);
    return text;
}

}  // namespace engram

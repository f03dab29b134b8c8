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

}  // namespace

void prepare_mpi_environment() {
    // Shared file pointers are what needs the lock; HDF5 never uses them. A user's choice stands.
    setenv("OMPI_MCA_sharedfp", "individual", 0);
}

int rank_of(MPI_Comm comm) {
    int rank = 0;
    MPI_Comm_rank(comm, &rank);
    return rank;
}

int size_of(MPI_Comm comm) {
    int size = 1;
    MPI_Comm_size(comm, &size);
    return size;
}

void collectively(MPI_Comm comm, const std::function<void()>& work) {
    const int rank = rank_of(comm);
    const int nobody = size_of(comm);
    std::string path;
    std::string problem;
    int failed = nobody;
    try {
        work();
    } catch (const FileError& error) {
        failed = rank;
        path = error.path();
        problem = error.problem();
    }
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MIN, comm);
    if (failed == nobody) return;
    broadcast(comm, failed, path);
    broadcast(comm, failed, problem);
    throw SharedFileError(path, problem);
}

void on_root(MPI_Comm comm, const std::function<void()>& work) {
    collectively(comm, [&] {
        if (rank_of(comm) == 0) work();
    });
}

void sum_over_ranks(MPI_Comm comm, std::span<std::uint64_t> values) {
    constexpr std::size_t piece = std::size_t{1} << 26;  // MPI counts are ints
    for (std::size_t begin = 0; begin < values.size(); begin += piece) {
        const std::size_t count = std::min(piece, values.size() - begin);
        MPI_Allreduce(MPI_IN_PLACE, values.data() + begin, static_cast<int>(count), MPI_UINT64_T,
                      MPI_SUM, comm);
    }
}

std::string broadcast_text(std::string text, MPI_Comm comm) {
    broadcast(comm, 0, text);
    return text;
}

}  // namespace engram

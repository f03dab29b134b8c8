// SPDX-License-Identifier: Apache-2.0
#include "io/parallel_file.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/file_descriptor.hpp"

namespace engram {
namespace {

void remove_file(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

// Rank 0 alone: with all its space reserved, no later write can meet a full disk.
FileDescriptor begin_file(const std::string& path, const FileLayout& layout, std::uint64_t size) {
    FileDescriptor file = FileDescriptor::create(path, "create the file");
    try {
        file.reserve(size);
        layout.copy_to(file);
        return file;
    } catch (...) {
        remove_file(path);
        throw;
    }
}

}  // namespace

ParallelFile::ParallelFile(const std::string& path, FileLayout layout, MPI_Comm comm)
    : path_(path), temporary_(temporary_path(path)), comm_(comm) {
    std::optional<FileDescriptor> begun;  // rank 0
    collectively(comm, [&] {
        const std::uint64_t size = layout.finish();
        if (rank_of(comm) == 0) begun = begin_file(temporary_, layout, size);
        summed_offsets_ = layout.summed_offsets();
        sums_ = layout.sums();
    });
    // MPI-IO rather than POSIX: it knows how to let several nodes write one file.
    collectively(comm, [&] {
        check(MPI_File_open(comm, temporary_.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &file_),
              "open the file");
        // MPI opens by name, and follows links: what it found must be what was created.
        if (begun && !begun->is_at(temporary_))
            throw FileError(temporary_,
                            "was replaced by another file while it was written; let "
                            "nothing else work in its directory");
    });
}

ParallelFile::~ParallelFile() {
    // Closing is collective: a rank that unwinds alone leaves it to the end of the program.
    if (!finished_ && rank_of(comm_) == 0) remove_file(temporary_);
}

void ParallelFile::attempt(const std::function<void()>& work) {
    if (failure_) return;
    try {
        work();
    } catch (...) {
        failure_ = std::current_exception();
    }
}

void ParallelFile::write_bytes(std::uint64_t offset, std::span<const std::byte> bytes) {
    constexpr std::size_t at_once = std::size_t{1} << 30;  // MPI counts are ints
    attempt([&] {
        while (!bytes.empty()) {
            const auto piece = bytes.first(std::min(bytes.size(), at_once));
            const int size = static_cast<int>(piece.size());
            MPI_Status status;
            check(MPI_File_write_at(file_, static_cast<MPI_Offset>(offset), piece.data(), size,
                                    MPI_BYTE, &status),
                  "write the file");
            int written = 0;
            MPI_Get_count(&status, MPI_BYTE, &written);
            if (written != size) check(MPI_ERR_NO_SPACE, "write the whole file");
            offset += piece.size();
            bytes = bytes.subspan(piece.size());
        }
    });
}

void ParallelFile::write_checksums() {
    if (summed_offsets_.empty()) return;
    std::vector<std::uint64_t> totals;
    for (const std::uint64_t offset : summed_offsets_) totals.push_back(found_sums_[offset]);
    sum_over_ranks(comm_, totals);
    if (rank_of(comm_) == 0)
        write(sums_, h5::Slab{0, totals.size()}, std::span<const std::uint64_t>(totals));
}

void ParallelFile::finish() {
    write_checksums();
    const int synchronised = MPI_File_sync(file_);
    attempt([&] { check(synchronised, "write the file to the disk"); });
    const int closed = MPI_File_close(&file_);
    attempt([&] { check(closed, "close the file"); });
    collectively(comm_, [&] {
        if (failure_) std::rethrow_exception(failure_);
    });
    finish_file(path_, comm_);
    finished_ = true;
}

void ParallelFile::check(int mpi_code, const std::string& purpose) const {
    if (mpi_code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(mpi_code, text, &length);
    throw FileError(path_, "cannot " + purpose + " (" +
                               std::string(text, static_cast<std::size_t>(length)) +
                               "); check the free space, quota and permissions of the disk");
}

}  // namespace engram

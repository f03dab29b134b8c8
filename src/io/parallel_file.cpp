// SPDX-License-Identifier: Apache-2.0
#include "io/parallel_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "base/collective.hpp"
#include "base/durable.hpp"

namespace engram {
namespace {

void remove_file(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

// Rank 0 alone: with all its space reserved, no later write can meet a full disk.
void begin_file(const std::string& path, const FileLayout& layout, std::uint64_t size) {
    FileDescriptor file(path, O_RDWR | O_CREAT | O_TRUNC, "create the file");
    try {
        file.reserve(size);
        layout.copy_to(file);
        file.close();
    } catch (...) {
        remove_file(path);
        throw;
    }
}

}  // namespace

ParallelFile::ParallelFile(const std::string& path, FileLayout layout, MPI_Comm comm)
    : path_(path), temporary_(temporary_path(path)), comm_(comm) {
    collectively(comm, [&] {
        const std::uint64_t size = layout.finish();
        if (rank_of(comm) == 0) begin_file(temporary_, layout, size);
        summed_offsets_ = layout.summed_offsets();
        sums_ = layout.sums();
    });
    collectively(comm, [&] {
        file_ = open_when_visible(temporary_, O_WRONLY | O_NOFOLLOW, "open the file on this rank");
    });
}

ParallelFile::~ParallelFile() {
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
    attempt([&] { file_->write_at(offset, bytes.data(), bytes.size()); });
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
    attempt([&] {
        file_->sync();
        file_->close();
    });
    collectively(comm_, [&] {
        if (failure_) std::rethrow_exception(failure_);
    });
    finish_file(path_, comm_);
    finished_ = true;
}

}  // namespace engram

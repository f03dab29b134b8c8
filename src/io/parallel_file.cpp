// SPDX-License-Identifier: Apache-2.0
#include "io/parallel_file.hpp"

#include <fcntl.h>

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
        summed_ = layout.summed();
        sums_ = layout.sums();
    });
    collectively(comm, [&] {
        file_ = open_when_visible(temporary_, path_, O_WRONLY | O_NOFOLLOW,
                                  "open the file on this rank");
        // It is opened by name: what it found must be what was created.
        if (begun && !begun->is_at(temporary_))
            throw FileError(temporary_,
                            "was replaced by another file while it was written; let "
                            "nothing else work in its directory");
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
    if (summed_.empty()) return;
    std::vector<std::uint64_t> totals;
    for (const FileLayout::Summed& dataset : summed_)
        totals.push_back(dataset.offset ? found_sums_[*dataset.offset] : 0);
    sum_over_ranks(comm_, totals);
    for (std::size_t i = 0; i < totals.size(); ++i) totals[i] += summed_[i].sum;
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

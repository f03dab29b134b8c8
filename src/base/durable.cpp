// SPDX-License-Identifier: Apache-2.0
#include "base/durable.hpp"

#include <fcntl.h>

#include <cstdio>
#include <filesystem>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/file_descriptor.hpp"

namespace engram {
namespace {

constexpr std::uint64_t largest_text_bytes = 1'000'000'000;

}  // namespace

void sync_directory(const std::string& path) {
    FileDescriptor(path, O_RDONLY | O_DIRECTORY, "open the directory").sync();
}

std::string temporary_path(const std::string& path) {
    return path + temporary_suffix;
}

void finish_file(const std::string& path) {
    const std::string temporary = temporary_path(path);
    FileDescriptor(temporary, O_RDONLY | O_NOFOLLOW, "open the written file").sync();
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
        fail_with_errno(path, "rename '" + temporary + "' to it",
                        "check the permissions of its directory");
    }
    const std::string directory = std::filesystem::path(path).parent_path().string();
    sync_directory(directory.empty() ? "." : directory);
}

void finish_file(const std::string& path, MPI_Comm comm) {
    MPI_Barrier(comm);
    on_root(comm, [&] { finish_file(path); });
}

std::string read_text_file(const std::string& path) {
    const FileDescriptor file(path, O_RDONLY, "read the file");
    const std::uint64_t size = file.size();
    if (size > largest_text_bytes)
        throw FileError(path, "is larger than any file of its kind (1 GB); restore it from a copy");
    std::string text(size, '\0');
    file.read_at(0, text.data(), text.size());
    return text;
}

void write_text_file(const std::string& path, const std::string& text) {
    const std::string temporary = temporary_path(path);
    FileDescriptor file = FileDescriptor::create(temporary, "create the file");
    try {
        file.write_at(0, text.data(), text.size());
        file.close();
        finish_file(path);
    } catch (const FileError&) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

}  // namespace engram

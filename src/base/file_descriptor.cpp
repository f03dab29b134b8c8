// SPDX-License-Identifier: Apache-2.0
#include "base/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/errors.hpp"

namespace engram {
namespace {

const char* const check_disk = "check the free space, quota and permissions of the disk";

bool writes(int flags) {
    return (flags & O_ACCMODE) != O_RDONLY;
}

// Waits for nothing, e.g. not for the other end of a pipe; a signal is no reason to fail.
int open_file(const std::string& path, int flags) {
    int descriptor = 0;
    do {
        descriptor = ::open(
            path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | (writes(flags) ? O_NOFOLLOW : 0), 0666);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

bool is_link(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

}  // namespace

std::string remedy_for(int error, const std::string& otherwise) {
    switch (error) {
        case ENAMETOOLONG:
            return "choose a shorter name";
        case ELOOP:
            return "remove the symbolic links that lead to each other";
        case EMFILE:
        case ENFILE:
            return "raise the limit of open files (ulimit -n)";
        case EIO:
        case ESTALE:
        case ETIMEDOUT:
        case ENOTCONN:
        case EHOSTDOWN:
        case EREMOTEIO:
            return "check the disk and the network, and try again";
        default:
            return otherwise;
    }
}

FileFault fault_of(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
        case EISDIR:
        case ELOOP:
        case ENXIO:
            return FileFault::content;
        default:
            return FileFault::environment;
    }
}

void fail_with_error(int error, const std::string& path, const std::string& purpose,
                     const std::string& remedy) {
    const std::string reason = std::generic_category().message(error);
    throw FileError(path, "cannot " + purpose + " (" + reason + "); " + remedy_for(error, remedy),
                    fault_of(error));
}

void fail_with_errno(const std::string& path, const std::string& purpose,
                     const std::string& remedy) {
    fail_with_error(errno, path, purpose, remedy);
}

FileDescriptor::FileDescriptor(const std::string& path, int flags, const std::string& purpose)
    : FileDescriptor(path, path, open_file(path, flags)) {
    if (descriptor_ < 0 && errno == ELOOP && writes(flags) && is_link(path))
        throw FileError(path,
                        "is a symbolic link, which nothing is written through; remove it, "
                        "or replace it by what it leads to");
    if (descriptor_ < 0) fail_with_errno(path, purpose, "check the path and its permissions");
    if ((flags & O_DIRECTORY) != 0) return;
    const struct stat status = this->status();
    if (!S_ISREG(status.st_mode)) throw FileError(path, "is not a regular file; remove it");
    if (writes(flags) && status.st_nlink > 1)
        throw FileError(path,
                        "has another name (a hard link), and would change under that too; "
                        "replace it by a copy of its own");
}

FileDescriptor FileDescriptor::create(const std::string& path, const std::string& purpose) {
    // What is not removed for another reason (a directory) is told by opening it.
    if (::unlink(path.c_str()) != 0 && fault_of(errno) == FileFault::environment)
        fail_with_errno(path, purpose, "check the path and its permissions");
    return {path, O_RDWR | O_CREAT | O_EXCL, purpose};
}

FileDescriptor open_when_visible(const std::string& path, const std::string& name, int flags,
                                 const std::string& purpose) {
    using namespace std::chrono;
    const auto give_up = steady_clock::now() + seconds(10);
    for (;;) {
        const int descriptor = open_file(path, flags);
        if (descriptor >= 0) return {path, name, descriptor};
        if ((errno != ENOENT && errno != ESTALE) || steady_clock::now() > give_up)
            fail_with_errno(name, purpose, "check the path and its permissions");
        std::this_thread::sleep_for(milliseconds(50));
    }
}

FileDescriptor FileDescriptor::in_memory(const std::string& name) {
    const int descriptor = ::memfd_create(name.c_str(), MFD_CLOEXEC);
    if (descriptor < 0)
        fail_with_errno(name, "create a file in memory", "run on a machine with more memory");
    return {"/proc/self/fd/" + std::to_string(descriptor), name, descriptor};
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : path_(std::move(other.path_)),
      name_(std::move(other.name_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(name_, other.name_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

struct stat FileDescriptor::status() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
        fail_with_errno(name_, "determine the size of the file", check_disk);
    return status;
}

std::uint64_t FileDescriptor::size() const {
    return static_cast<std::uint64_t>(status().st_size);
}

bool FileDescriptor::is_at(const std::string& path) const {
    const struct stat own = status();
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (fault_of(errno) == FileFault::content) return false;
        fail_with_errno(path, "examine the file", check_disk);
    }
    return found.st_dev == own.st_dev && found.st_ino == own.st_ino;
}

void FileDescriptor::truncate(std::uint64_t size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        fail_with_errno(name_, "truncate the file", check_disk);
    }
}

void FileDescriptor::reserve(std::uint64_t size) {
    if (size == 0) return;
    int error = 0;
    do {
        error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
    } while (error == EINTR);
    if (error == EOPNOTSUPP || error == EINVAL || error == ENOSYS) {
        truncate(std::max(size, this->size()));
    } else if (error != 0) {
        errno = error;
        fail_with_errno(name_, "reserve " + std::to_string((size + 1023) / 1024) + " KiB for it",
                        check_disk);
    }
}

FileDescriptor::Extent FileDescriptor::next_data(std::uint64_t offset) const {
    const off_t begin = ::lseek(descriptor_, static_cast<off_t>(offset), SEEK_DATA);
    if (begin < 0 && errno == ENXIO) return {};
    const off_t end = begin < 0 ? begin : ::lseek(descriptor_, begin, SEEK_HOLE);
    if (end < 0) fail_with_errno(name_, "find the data of the file", check_disk);
    return {static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end - begin)};
}

void FileDescriptor::write_at(std::uint64_t offset, const void* data, std::size_t size) {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = ::pwrite(descriptor_, next, size, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_with_errno(name_, "write the file", check_disk);
        next += written;
        offset += static_cast<std::uint64_t>(written);
        size -= static_cast<std::size_t>(written);
    }
}

void FileDescriptor::read_at(std::uint64_t offset, void* data, std::size_t size) const {
    char* next = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t received = ::pread(descriptor_, next, size, static_cast<off_t>(offset));
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) fail_with_errno(name_, "read the file", check_disk);
        if (received == 0) {
            throw FileError(name_,
                            "the file ends too early; it was truncated by something else, "
                            "run the simulation again");
        }
        next += received;
        offset += static_cast<std::uint64_t>(received);
        size -= static_cast<std::size_t>(received);
    }
}

void FileDescriptor::sync() {
    int status = 0;
    do {
        status = ::fsync(descriptor_);
    } while (status != 0 && errno == EINTR);
    // Directories of some file systems cannot be synchronised and need not be: EINVAL.
    if (status != 0 && errno != EINVAL)
        fail_with_errno(name_, "write the file to the disk", check_disk);
}

void FileDescriptor::close() {
    const int descriptor = std::exchange(descriptor_, -1);
    // After EINTR the descriptor is closed as well.
    if (descriptor >= 0 && ::close(descriptor) != 0 && errno != EINTR)
        fail_with_errno(name_, "close the file", check_disk);
}

}  // namespace engram

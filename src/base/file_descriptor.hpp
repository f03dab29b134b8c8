// SPDX-License-Identifier: Apache-2.0
// A file opened through POSIX calls, for raw records and for pushing data to the disk.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/errors.hpp"

namespace engram {

//! Owns an open file; every failure is a FileError that says what failed and why.
class FileDescriptor {
  public:
    //! `flags` as for open(2); `purpose` completes the message "cannot <purpose>". Opens regular
    //! files only, and directories with O_DIRECTORY: nothing that could keep it waiting. To write,
    //! it follows no link, and takes no file that has another name, perhaps elsewhere.
    FileDescriptor(const std::string& path, int flags, const std::string& purpose);
    //! Owns a descriptor that is open already; `name` is for messages.
    FileDescriptor(std::string path, std::string name, int descriptor)
        : path_(std::move(path)), name_(std::move(name)), descriptor_(descriptor) {}
    //! A new file, to be written and read, in place of whatever lies there but a directory.
    static FileDescriptor create(const std::string& path, const std::string& purpose);
    //! A file in memory, gone with this; `name` is for messages. While it exists,
    //! path() can be opened by this process.
    static FileDescriptor in_memory(const std::string& name);
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();

    const std::string& path() const { return path_; }
    int descriptor() const { return descriptor_; }
    std::uint64_t size() const;
    //! Whether the path leads to this file, not by a link.
    //! \throw FileError if the system does not tell
    bool is_at(const std::string& path) const;
    void truncate(std::uint64_t size);
    //! Give the file at least this size, and that much space on the disk, so that no write within
    //! it fails for want of space. File systems that cannot promise this get the size only.
    void reserve(std::uint64_t size);
    void write_at(std::uint64_t offset, const void* data, std::size_t size);
    //! \throw FileError also if the file ends before
    void read_at(std::uint64_t offset, void* data, std::size_t size) const;
    //! Return once the content is on the disk.
    void sync();
    //! Close, and say so if that fails, as it does on a network file system that could not write;
    //! the destructor closes too, but silently.
    void close();

    //! Bytes of the file that were written, rather than left out.
    struct Extent {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };
    //! The first extent that ends behind `offset`, begun there at the earliest; empty: none.
    Extent next_data(std::uint64_t offset) const;

  private:
    struct stat status() const;

    std::string path_;
    std::string name_;  //!< for messages
    int descriptor_ = -1;
};

//! Opens a file that another host has just made: a network file system may take seconds to show it.
//! \param name  for messages
FileDescriptor open_when_visible(const std::string& path, const std::string& name, int flags,
                                 const std::string& purpose);

//! What an error number says of a file: that it is absent or of another kind, or nothing.
FileFault fault_of(int error);

//! What helps against an error of the system.
std::string remedy_for(int error, const std::string& otherwise);

//! Throw a FileError for an error of the system: "cannot <purpose> (<reason>); <remedy>".
//! \param remedy  unless the error itself tells what helps
[[noreturn]] void fail_with_error(int error, const std::string& path, const std::string& purpose,
                                  const std::string& remedy);
//! The same for the error in errno.
[[noreturn]] void fail_with_errno(const std::string& path, const std::string& purpose,
                                  const std::string& remedy);

}  // namespace engram

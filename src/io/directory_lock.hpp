// SPDX-License-Identifier: Apache-2.0
// Keeps two jobs out of one results directory.
#pragma once

#include <filesystem>

#include "base/file_descriptor.hpp"

namespace engram {

// Held as long as it exists; the system releases it when the process ends, however it ends. On a
// file system without locks it has no effect.
class DirectoryLock {
  public:
    //! \throw FileError if another process holds the directory, or it cannot be opened
    explicit DirectoryLock(const std::filesystem::path& directory);

  private:
    FileDescriptor directory_;
};

}  // namespace engram

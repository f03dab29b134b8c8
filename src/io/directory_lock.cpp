// SPDX-License-Identifier: Apache-2.0
#include "io/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/errors.hpp"

namespace engram {

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : directory_(directory.string(), O_RDONLY | O_DIRECTORY, "open the directory") {
    if (flock(directory_.descriptor(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    throw FileError(directory.string(),
                    "another engram is at work in this directory; wait for it or stop it, or "
                    "choose another --output");
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// What the file system of a results directory is like.
#pragma once

#include <mpi.h>

#include <filesystem>
#include <string>

#include "io/directory_lock.hpp"

namespace engram {

struct DirectoryPlace {
    std::string file_system;  //!< "ext4", "nfs4" ...; empty: unknown
    double free_MB = 0;       //!< for this user; negative: unknown
    int n_hosts = 1;          //!< of the ranks; all see the directory
};

//! Collective. By the lock file that rank 0 has just made: every rank must find it, and be allowed
//! to write to it.
//! \return on rank 0; the default elsewhere
//! \throw FileError on every rank, with the name of a host that does not see the directory as rank
//!        0 does
DirectoryPlace examine_place(const std::filesystem::path& directory, const DirectoryClaim& claim,
                             MPI_Comm communicator);

}  // namespace engram

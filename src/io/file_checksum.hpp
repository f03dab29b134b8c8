// SPDX-License-Identifier: Apache-2.0
// Checksums of whole files, by which a later job knows that they are still what they were.
#pragma once

#include <mpi.h>

#include <string>

namespace engram {

//! Collective: each rank reads an even share. The same text for any number of ranks.
//! \throw FileError on every rank
std::string file_checksum(const std::string& path, MPI_Comm communicator);

}  // namespace engram

// Copying a large file with all ranks.
#pragma once

#include <mpi.h>

#include <string>

namespace engram {

//! Copy the bytes of a file over `target`, each rank a part. Collective.
void copy_file(const std::string& source, const std::string& target, MPI_Comm comm);

}  // namespace engram

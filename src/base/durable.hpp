// SPDX-License-Identifier: Apache-2.0
// Files that are either complete or not there, whatever kills the program or the machine.
//
// Write to temporary_path(X), close, then finish: X shows its old content until the instant it
// shows the whole of the new one.
#pragma once

#include <mpi.h>

#include <string>

namespace engram {

inline const std::string temporary_suffix = ".tmp";

//! Put the names in a directory on the disk.
void sync_directory(const std::string& path);

//! X.tmp
std::string temporary_path(const std::string& path);

//! Put the closed temporary file on the disk and rename it to `path`.
void finish_file(const std::string& path);

//! The same after a parallel write: rank 0 finishes once all ranks have closed. Collective.
void finish_file(const std::string& path, MPI_Comm comm);

//! The whole of a file.
std::string read_text_file(const std::string& path);

//! Write a text file durably.
void write_text_file(const std::string& path, const std::string& text);

}  // namespace engram

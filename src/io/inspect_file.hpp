// SPDX-License-Identifier: Apache-2.0
// What an HDF5 file of Engram holds, for people.
#pragma once

#include <string>

namespace engram {

struct Inspection {
    std::string text;
    std::string problem;  //!< why it cannot be told whether the values are sound; empty: they are
};

//! Lists type, version, header (of a checkpoint), and every dataset with shape, type and checksum;
//! reads all values, which verifies the checksums.
//! \throw FileError if the file is foreign, truncated or damaged
Inspection inspect_file(const std::string& path);

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Which Engram this is.
#pragma once

#include <string>

namespace engram {

//! Version of the program, e.g. "0.2.0".
std::string version();

//! Commit that it was built from: a hash of 12 digits, with "-dirty" behind it if the sources had
//! been changed since; "unknown" if they were not in a clone.
std::string commit();

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Standard output, on which all results of commands pass here: what cannot be written is an error.
#pragma once

#include <string>
#include <string_view>

namespace engram::cli {

//! Call first of all. A standard stream that the caller has closed would be the next file that is
//! opened, and output would be written into it; from here on writing to it fails instead.
void keep_standard_streams();

//! Writes the text to standard output and makes sure that it has got there, as far as the system
//! tells.
//! \param remedy  ends the message: what the user can do, or what is not lost
//! \throw FileError
void print(std::string_view text,
           const std::string& remedy = "direct it to a place that is open and has room");

}  // namespace engram::cli

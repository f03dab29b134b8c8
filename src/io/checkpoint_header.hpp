// SPDX-License-Identifier: Apache-2.0
// The header of a checkpoint as JSON text.
#pragma once

#include <string>

#include "io/checkpoint_file.hpp"

namespace engram {

std::string header_text(const CheckpointHeader& header);
//! \throw FileError if the text is no header
CheckpointHeader parse_header(const std::string& text, const std::string& path);

}  // namespace engram

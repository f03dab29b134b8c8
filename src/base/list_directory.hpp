// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace engram {

//! Everything in a directory, ascending by path.
//! \throw FileError if it is absent or cannot be read to its end
std::vector<std::filesystem::path> list_directory(const std::filesystem::path& directory);

}  // namespace engram

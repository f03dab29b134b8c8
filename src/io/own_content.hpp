// SPDX-License-Identifier: Apache-2.0
// Whether what a job would write or remove in an output directory lies in it.
#pragma once

#include <filesystem>

namespace engram {

//! Looks at partial/, at trials/ and at the directory of each trial; the directory itself may be a
//! link. What is replaced as a whole (results, checkpoints) needs no look: nothing is written
//! through its links.
//! \throw FileError if one of them is a link that leads elsewhere, or partial/ holds what is no
//!        file of its own
void require_own_content(const std::filesystem::path& directory);

}  // namespace engram

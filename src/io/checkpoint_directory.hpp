// SPDX-License-Identifier: Apache-2.0
// The checkpoints of a run in its output directory.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "io/output_directory.hpp"

namespace engram {

std::string checkpoint_path(const OutputDirectory& directory, Step step);

//! Paths of all checkpoints, newest first. Nothing is opened.
//! \throw FileError if the directory cannot be read
std::vector<std::string> list_checkpoints(const OutputDirectory& directory);

//! Removes all but the newest `keep` checkpoints.
void remove_old_checkpoints(const OutputDirectory& directory, std::size_t keep);

//! Renames checkpoints behind a step, which a run could not continue from: they would be taken for
//! newer than those it writes. Returns their new names.
std::vector<std::string> set_aside_checkpoints_behind(const OutputDirectory& directory, Step step);

//! Removes what a run left that was killed while it wrote a checkpoint.
void remove_unfinished_checkpoints(const OutputDirectory& directory);

}  // namespace engram

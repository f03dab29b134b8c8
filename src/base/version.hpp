// SPDX-License-Identifier: Apache-2.0
// Which Engram this is.
#pragma once

#include <cstdint>
#include <string>

namespace engram {

//! Grows with each change that gives the results of a configuration other bits. A run is only
//! continued by a program that has the number it began with.
//! 1: Engram 0.1.0. 2: the noise of neurons is drawn by blocks.
//! 3: plasticity is decided every 15 ms. 4: trains of spikes act on the blocks in which they are.
inline constexpr std::uint32_t results_version = 4;

//! Version of the program, e.g. "0.3.0".
std::string version();

//! Commit that it was built from: a hash of 12 digits, with "-dirty" behind it if the sources had
//! been changed since; "unknown" if they were not in a clone.
std::string commit();

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Memory that this process has taken.
#pragma once

namespace engram {

//! Highest memory so far that this program had in RAM [MiB]. Not ru_maxrss, which begins with that
//! of the process that has started it: of a Python, for example.
double peak_memory_MB();

}  // namespace engram

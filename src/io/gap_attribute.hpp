// SPDX-License-Identifier: Apache-2.0
// How results tell what of a recording was lost.
#pragma once

#include <vector>

#include "io/hdf5.hpp"
#include "io/recording_marks.hpp"

namespace engram {

//! The attribute `gaps_ms` of a group: [begin, end) of each gap. None if there are no gaps.
void write_gaps(hid_t group, const std::vector<RecordGap>& gaps, double dt_ms);

}  // namespace engram

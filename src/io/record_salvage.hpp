// SPDX-License-Identifier: Apache-2.0
// What of a damaged recording can be proven to be as it was written.
//
// The checksum of a recording is a sum over its words, each with its place. So that of the records
// between two marks is the difference of the marks' sums, and each such piece can be verified on
// its own.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "io/recording_marks.hpp"

namespace engram {

// The first records of a recording, those of the steps before `step`.
struct RecordAnchor {
    Step step = 0;
    std::uint64_t n_records = 0;
    std::uint64_t checksum = 0;
};

//! The mark with gaps where the file, which may be short or absent, does not hold what it should.
//! Nothing is changed.
//! \param end  the mark's step
//! \param anchors  of the same run, in any order; the more, the smaller the gaps
//! \throw FileError if the system refuses to read the file
RecordMark salvage_records(const std::string& path, std::size_t record_bytes,
                           const RecordMark& mark, Step end, std::span<const RecordAnchor> anchors);

}  // namespace engram

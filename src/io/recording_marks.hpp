// SPDX-License-Identifier: Apache-2.0
// What a checkpoint knows of the recordings that belong to it: how far they go, their content, and
// what of it was lost.
#pragma once

#include <cstdint>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

// Records of a RecordSpool that were lost, those of the steps [begin, end). Their places in the
// file remain, so that all other records keep theirs, and with them their checksums.
struct RecordGap {
    Step begin = 0;
    Step end = 0;
    std::uint64_t first = 0;  //!< record
    std::uint64_t count = 0;
    std::uint64_t checksum = 0;  //!< what the lost records add to that of the mark

    bool operator==(const RecordGap&) const = default;
};

// The first records of a RecordSpool. Counts and checksum are those of what the simulation has
// recorded, lost or not.
struct RecordMark {
    std::uint64_t n_records = 0;
    std::uint64_t checksum = 0;
    std::vector<RecordGap> gaps = {};  //!< ascending, apart from each other

    bool operator==(const RecordMark&) const = default;

    std::uint64_t n_kept() const {
        std::uint64_t n = n_records;
        for (const RecordGap& gap : gaps) n -= gap.count;
        return n;
    }
};

// A snapshot in a part file. Which one follows from its place among the snapshots.
struct SnapshotMark {
    Step step = 0;
    std::uint64_t checksum = 0;  //!< of h_mV, then z, as one array
    bool lost = false;
};

struct RecordingMarks {
    RecordMark spikes;
    //! By number of the recording, see Recording::recording; there is always the first.
    std::vector<RecordMark> traces = std::vector<RecordMark>(1);
    std::vector<SnapshotMark> snapshots;  //!< in the order of time
};

// The marks of the moment when all records of earlier steps, and no others, were written.
struct TimedMarks {
    Step step = 0;
    RecordMark spikes;
    std::vector<RecordMark> traces;
};

}  // namespace engram

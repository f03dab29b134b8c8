// SPDX-License-Identifier: Apache-2.0
// What a checkpoint knows of the recordings that belong to it: how far they go, and their content.
#pragma once

#include <cstdint>
#include <vector>

#include "simulation/spike.hpp"

namespace engram {

// The first records of a RecordSpool.
struct RecordMark {
    std::uint64_t n_records = 0;
    std::uint64_t checksum = 0;

    bool operator==(const RecordMark&) const = default;
};

// A snapshot in a part file. Which one follows from its place among the snapshots.
struct SnapshotMark {
    Step step = 0;
    std::uint64_t checksum = 0;  //!< of h_mV, then z, as one array
};

struct RecordingMarks {
    RecordMark spikes;
    RecordMark traces;
    std::vector<SnapshotMark> snapshots;  //!< in the order of time
};

}  // namespace engram

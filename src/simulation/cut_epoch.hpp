// SPDX-License-Identifier: Apache-2.0
// Cuts an epoch into blocks.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/contracts.hpp"
#include "experiment/conditions.hpp"
#include "model/calcium.hpp"
#include "simulation/spike.hpp"

namespace engram {

// Steps [begin, begin + steps) of an epoch, which become a block.
struct EpochPart {
    Step begin = 0;
    int steps = 0;
    int offset = 0;                         //!< of `begin` within the epoch
    std::span<const PackedSpike> arriving;  //!< in these steps
};

//! Blocks last as long as a block may, but end where other conditions begin to hold.
//! \param arriving  sorted, with their steps within the epoch
inline std::vector<EpochPart> cut_epoch(Step begin, int steps,
                                        std::span<const PackedSpike> arriving,
                                        const ConditionsCourse& conditions) {
    ENGRAM_EXPECT(std::ranges::is_sorted(arriving));
    std::vector<EpochPart> parts;
    std::size_t next = 0;
    for (int offset = 0; offset < steps; offset += parts.back().steps) {
        const Step first = begin + offset;
        const Step end = std::min<Step>(first + model::max_block_steps, begin + steps);
        const int n = static_cast<int>(conditions.next_change(first, end) - first);
        const std::size_t before = next;
        while (next < arriving.size() &&
               step_in_epoch(arriving[next]) < static_cast<std::uint32_t>(offset + n))
            ++next;
        ENGRAM_ENSURE(n >= 1 && n <= model::max_block_steps);
        parts.push_back({first, n, offset, arriving.subspan(before, next - before)});
    }
    return parts;
}

}  // namespace engram

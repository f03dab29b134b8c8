// SPDX-License-Identifier: Apache-2.0
// Cuts an epoch into blocks.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/contracts.hpp"
#include "experiment/conditions.hpp"
#include "simulation/block_grid.hpp"
#include "simulation/spike.hpp"

namespace engram {

// Steps [begin, begin + steps) of an epoch, which become a block: one of the grid, or a part of it.
struct EpochPart {
    Step begin = 0;
    int steps = 0;
    int offset = 0;                         //!< of `begin` within the epoch
    std::span<const PackedSpike> arriving;  //!< in these steps
    Step grid_begin = 0;                    //!< of the block of the grid
    int grid_steps = 0;

    Step end() const { return begin + steps; }
    bool is_whole() const { return begin == grid_begin && steps == grid_steps; }
};

//! Blocks are those of the grid, but begin where other conditions begin to hold, and end with the
//! phase.
//! \param steps     to the end of the epoch or of the phase
//! \param arriving  sorted, with their steps within the epoch
inline std::vector<EpochPart> cut_epoch(const BlockGrid& grid, Step begin, int steps,
                                        std::span<const PackedSpike> arriving,
                                        const ConditionsCourse& conditions) {
    ENGRAM_EXPECT(steps <= grid.epoch_steps());
    ENGRAM_EXPECT(std::ranges::is_sorted(arriving));
    std::vector<EpochPart> parts;
    std::size_t next = 0;
    for (int block = 0, offset = 0; offset < steps; ++block) {
        const Step grid_begin = begin + grid.begin(block);
        const int block_end = std::min(grid.begin(block + 1), steps);
        for (; offset < block_end; offset += parts.back().steps) {
            const Step first = begin + offset;
            const int n =
                static_cast<int>(conditions.next_change(first, begin + block_end) - first);
            const std::size_t before = next;
            while (next < arriving.size() &&
                   step_in_epoch(arriving[next]) < static_cast<std::uint32_t>(offset + n))
                ++next;
            ENGRAM_ENSURE(n >= 1 && n <= model::max_block_steps);
            parts.push_back({first, n, offset, arriving.subspan(before, next - before), grid_begin,
                             grid.steps(block)});
        }
    }
    return parts;
}

}  // namespace engram

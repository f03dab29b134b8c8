// Cuts an epoch into blocks.
#pragma once

#include <span>
#include <vector>

#include "experiment/conditions.hpp"
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
std::vector<EpochPart> cut_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                                 const ConditionsCourse& conditions);

}  // namespace engram

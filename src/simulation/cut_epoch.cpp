#include "simulation/cut_epoch.hpp"

#include <algorithm>

#include "model/calcium.hpp"

namespace engram {

std::vector<EpochPart> cut_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                                 const ConditionsCourse& conditions) {
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
        parts.push_back({first, n, offset, arriving.subspan(before, next - before)});
    }
    return parts;
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
#include "io/gap_attribute.hpp"

#include <array>
#include <span>

#include "base/step_time.hpp"

namespace engram {

void write_gaps(hid_t group, const std::vector<RecordGap>& gaps, double dt_ms) {
    if (gaps.empty()) return;
    std::vector<std::array<double, 2>> times_ms;
    for (const RecordGap& gap : gaps)
        times_ms.push_back({step_time_ms(gap.begin, dt_ms), step_time_ms(gap.end, dt_ms)});
    h5::write_attribute(group, "gaps_ms", std::span<const std::array<double, 2>>(times_ms));
}

}  // namespace engram

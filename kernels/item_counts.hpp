// SPDX-License-Identifier: Apache-2.0
// The number of items of each of several kernels that are launched as one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace engram::device {

inline constexpr std::size_t most_launches_as_one = 32;

struct ItemCounts {
    std::uint64_t of[most_launches_as_one];
};

}  // namespace engram::device

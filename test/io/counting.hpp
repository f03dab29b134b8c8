// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace engram::test {

//! 0.5, 1.5, ...
inline std::vector<double> counting(std::size_t n) {
    std::vector<double> values(n);
    std::iota(values.begin(), values.end(), 0.5);
    return values;
}

}  // namespace engram::test

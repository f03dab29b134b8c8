// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

namespace engram {

//! The value of a measure of what there is none of.
inline constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Gaps between the successes of independent trials: geometric random numbers, many at once.
//
// Plain loops over arrays, which compilers turn into vector instructions. Each number has the bits
// that it has alone: the operations are those of IEEE, in an order that does not depend on the
// others.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "model/elementary.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"

namespace engram::model {

//! Most gaps that are drawn at once.
inline constexpr std::size_t most_gaps = 256;

// Failures before the next success: floor(log u / log(1 - probability)).
class GeometricGaps {
  public:
    //! 0 < 1 - probability < 1
    explicit GeometricGaps(double probability) : log_failure_(log_exact(1.0 - probability)) {}

    //! One for each of the draws [first, first + n) of a stream; at most `limit`.
    //! \param n  at most most_gaps
    //! \param gaps  [n]
    void draw(const RandomStreams& streams, Purpose purpose, std::uint32_t id, std::uint32_t sub,
              std::uint64_t first, std::size_t n, std::uint32_t limit, std::uint32_t* gaps) const {
        std::uint32_t high[most_gaps];
        std::uint32_t low[most_gaps];
        random_words<2>(streams, purpose, Same{id}, Same{sub}, Ascending{first}, n, {high, low});
        const double log_failure = log_failure_;
        const double most = limit;
        for (std::size_t i = 0; i < n; ++i) {
            const double gap = std::floor(log_exact(uniform52(high[i], low[i])) / log_failure);
            // Behind the point, 2^52 leaves no bits: the whole number is in the lowest ones.
            const double whole = (gap < most ? gap : most) + 0x1p52;
            gaps[i] = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(whole));
        }
    }

  private:
    double log_failure_;
};

}  // namespace engram::model

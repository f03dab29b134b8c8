// SPDX-License-Identifier: Apache-2.0
#include "base/step_time.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace engram {

double step_time_ms(Step step, double dt_ms) {
    constexpr double parts_per_ms = 1e6;
    const double parts = std::round(dt_ms * parts_per_ms);
    if (parts < 1 || parts > 1e15 || parts / parts_per_ms != dt_ms) {
        return static_cast<double>(step) * dt_ms;
    }
    // dt as a reduced fraction: the product stays exact (below 2^53) for years of steps, and one
    // division rounds once.
    auto numerator = static_cast<std::int64_t>(parts);
    auto denominator = static_cast<std::int64_t>(parts_per_ms);
    const std::int64_t common = std::gcd(numerator, denominator);
    numerator /= common;
    denominator /= common;
    return static_cast<double>(step) * static_cast<double>(numerator) /
           static_cast<double>(denominator);
}

std::string snapshot_label(double time_s) {
    // Steps are 1e-7 s and more; rounding of the quotient would show, as in 5.4998000000000005.
    constexpr double per_s = 1e9;
    const double shown_s = time_s < 1e6 ? std::round(time_s * per_s) / per_s : time_s;
    std::array<char, 400> digits;  // the largest double has 309
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), shown_s,
                                   std::chars_format::fixed)
                         .ptr;
    return "t_" + std::string(digits.data(), end) + "s";
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Sums over synapses in 64-bit fixed point: integer addition commutes, so the order of spikes,
// ranks and device atomics cannot change a result. Range +-2^23 mV, quantum 2^-40 mV.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "model/macros.hpp"

namespace engram::model {

using FixedPoint = std::int64_t;

inline constexpr double fixed_point_quantum = 0x1p-40;
inline constexpr double fixed_point_limit = 0x1p23;  //!< [mV]

//! Beyond the range, and of what is not a number: the lowest value of all, as the conversion of
//! x86-64 gives it. Runs in which it occurs end as soon as weights or potentials are looked at, and
//! must do so at the same step on every device.
ENGRAM_HD_INLINE FixedPoint to_fixed_point(double value) {
    const double scaled = value * 0x1p40;
#if defined(__CUDA_ARCH__)
    // The instruction gives the highest value there, and agrees elsewhere.
    return scaled >= 0x1p63 ? INT64_MIN : __double2ll_rn(scaled);
#elif defined(__x86_64__)
    return static_cast<FixedPoint>(std::llrint(scaled));
#else
    return scaled >= -0x1p63 && scaled < 0x1p63 ? static_cast<FixedPoint>(std::llrint(scaled))
                                                : INT64_MIN;
#endif
}

//! Adds to a sum. Values beyond the range, which end a run when they are next looked at, wrap
//! around.
ENGRAM_HD_INLINE void add_wrapping(FixedPoint& sum, FixedPoint value) {
    sum = static_cast<FixedPoint>(static_cast<std::uint64_t>(sum) +
                                  static_cast<std::uint64_t>(value));
}

//! What replacing one value by another adds to a sum; wraps around likewise.
ENGRAM_HD_INLINE FixedPoint fixed_point_change(double before, double after) {
    return static_cast<FixedPoint>(static_cast<std::uint64_t>(to_fixed_point(after)) -
                                   static_cast<std::uint64_t>(to_fixed_point(before)));
}

//! As to_double, by operations that vector units without a conversion of 64-bit integers have: the
//! two halves become mantissas beside a known exponent. All is exact but the last addition.
ENGRAM_HD_INLINE double to_double_by_halves(FixedPoint value) {
    const auto bits = static_cast<std::uint64_t>(value);
    const auto high = std::bit_cast<double>((bits >> 32) ^ 0x4530000080000000);  // + 2^84 + 2^63
    const auto low = std::bit_cast<double>((bits & 0xffffffff) | 0x4330000000000000);  // + 2^52
    return (high - 0x1.00000801p84) + low;
}

//! The nearest floating-point number to the integer.
ENGRAM_HD_INLINE double to_double(FixedPoint value) {
#if defined(__AVX2__) && !defined(__AVX512DQ__)
    return to_double_by_halves(value);
#else
    return static_cast<double>(value);
#endif
}

ENGRAM_HD_INLINE double from_fixed_point(FixedPoint sum) {
    return to_double(sum) * fixed_point_quantum;
}

}  // namespace engram::model

// Sums over synapses in 64-bit fixed point: integer addition commutes, so the order of spikes,
// ranks and device atomics cannot change a result. Range +-2^23 mV, quantum 2^-40 mV.
#pragma once

#include <cmath>
#include <cstdint>

#include "model/macros.hpp"

namespace engram::model {

using FixedPoint = std::int64_t;

inline constexpr double fixed_point_quantum = 0x1p-40;
inline constexpr double fixed_point_limit = 0x1p23;  //!< [mV]

ENGRAM_HD_INLINE FixedPoint to_fixed_point(double value) {
#if defined(__CUDA_ARCH__)
    return __double2ll_rn(value * 0x1p40);
#else
    return static_cast<FixedPoint>(std::llrint(value * 0x1p40));
#endif
}

ENGRAM_HD_INLINE double from_fixed_point(FixedPoint sum) {
    return static_cast<double>(sum) * fixed_point_quantum;
}

}  // namespace engram::model

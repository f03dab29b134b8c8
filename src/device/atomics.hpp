// Updates of shared values whose order does not matter. On the host, kernels run one after the
// other, so plain operations do.
#pragma once

#include <cstdint>

#include "model/fixed_point.hpp"
#include "model/macros.hpp"

namespace engram::device {

ENGRAM_HD_INLINE void atomic_add(model::FixedPoint* sum, model::FixedPoint value) {
#if defined(__CUDA_ARCH__)
    // Two's complement: unsigned addition is signed addition.
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
#else
    *sum += value;
#endif
}

//! Returns the value before.
ENGRAM_HD_INLINE std::uint64_t fetch_add(std::uint64_t* counter, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
    return atomicAdd(reinterpret_cast<unsigned long long*>(counter),
                     static_cast<unsigned long long>(value));
#else
    const std::uint64_t before = *counter;
    *counter += value;
    return before;
#endif
}

ENGRAM_HD_INLINE std::uint32_t fetch_add(std::uint32_t* counter, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
    return atomicAdd(counter, value);
#else
    const std::uint32_t before = *counter;
    *counter += value;
    return before;
#endif
}

ENGRAM_HD_INLINE std::uint32_t exchange(std::uint32_t* place, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
    return atomicExch(place, value);
#else
    const std::uint32_t before = *place;
    *place = value;
    return before;
#endif
}

ENGRAM_HD_INLINE void atomic_or(std::uint32_t* mask, std::uint32_t bits) {
#if defined(__CUDA_ARCH__)
    atomicOr(mask, bits);
#else
    *mask |= bits;
#endif
}

ENGRAM_HD_INLINE void atomic_min(std::uint64_t* lowest, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
    atomicMin(reinterpret_cast<unsigned long long*>(lowest),
              static_cast<unsigned long long>(value));
#else
    if (value < *lowest) *lowest = value;
#endif
}

// Doubles that are not negative order like their bits.
ENGRAM_HD_INLINE void atomic_min_nonnegative(double* lowest, double value) {
#if defined(__CUDA_ARCH__)
    // Most values do not change the extremum, and reading is cheaper than an atomic operation.
    if (value < *static_cast<volatile double*>(lowest))
        atomicMin(reinterpret_cast<unsigned long long*>(lowest),
                  static_cast<unsigned long long>(__double_as_longlong(value)));
#else
    if (value < *lowest) *lowest = value;
#endif
}

ENGRAM_HD_INLINE void atomic_max_nonnegative(double* highest, double value) {
#if defined(__CUDA_ARCH__)
    if (value > *static_cast<volatile double*>(highest))
        atomicMax(reinterpret_cast<unsigned long long*>(highest),
                  static_cast<unsigned long long>(__double_as_longlong(value)));
#else
    if (value > *highest) *highest = value;
#endif
}

}  // namespace engram::device

// SPDX-License-Identifier: Apache-2.0
// Updates of shared values whose order does not matter, by threads of the device, or of the host.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <type_traits>

#include "model/fixed_point.hpp"
#include "model/macros.hpp"

namespace engram::device {

#if defined(__CUDA_ARCH__)
// What CUDA takes for an integer of the size of T.
template <class T>
using DeviceWord = std::conditional_t<sizeof(T) == 8, unsigned long long, unsigned>;
#else
// Replaces a value unless it is the better one already.
template <class T, class IsBetter>
inline void host_atomic_best(T* best, T value, IsBetter is_better) {
    const std::atomic_ref<T> shared(*best);
    T present = shared.load(std::memory_order_relaxed);
    while (is_better(value, present) &&
           !shared.compare_exchange_weak(present, value, std::memory_order_relaxed)) {
    }
}
#endif

//! Returns the value before.
template <class T>
ENGRAM_HD_INLINE T fetch_add(T* sum, std::type_identity_t<T> value) {
#if defined(__CUDA_ARCH__)
    // Two's complement: unsigned addition is signed addition.
    using Word = DeviceWord<T>;
    return static_cast<T>(atomicAdd(reinterpret_cast<Word*>(sum), static_cast<Word>(value)));
#else
    return std::atomic_ref(*sum).fetch_add(value, std::memory_order_relaxed);
#endif
}

ENGRAM_HD_INLINE std::uint32_t exchange(std::uint32_t* place, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
    return atomicExch(place, value);
#else
    return std::atomic_ref(*place).exchange(value, std::memory_order_relaxed);
#endif
}

//! For flags that several threads set to the same value.
ENGRAM_HD_INLINE void atomic_store(std::uint32_t* place, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
    // A volatile access is a relaxed atomic one, and as fast as any store.
    *static_cast<volatile std::uint32_t*>(place) = value;
#else
    std::atomic_ref(*place).store(value, std::memory_order_relaxed);
#endif
}

ENGRAM_HD_INLINE void atomic_or(std::uint64_t* mask, std::uint64_t bits) {
#if defined(__CUDA_ARCH__)
    atomicOr(reinterpret_cast<unsigned long long*>(mask), static_cast<unsigned long long>(bits));
#else
    std::atomic_ref(*mask).fetch_or(bits, std::memory_order_relaxed);
#endif
}

ENGRAM_HD_INLINE void atomic_min(std::uint64_t* lowest, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
    atomicMin(reinterpret_cast<unsigned long long*>(lowest),
              static_cast<unsigned long long>(value));
#else
    host_atomic_best(lowest, value, std::less());
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
    host_atomic_best(lowest, value, std::less());
#endif
}

ENGRAM_HD_INLINE void atomic_max_nonnegative(double* highest, double value) {
#if defined(__CUDA_ARCH__)
    if (value > *static_cast<volatile double*>(highest))
        atomicMax(reinterpret_cast<unsigned long long*>(highest),
                  static_cast<unsigned long long>(__double_as_longlong(value)));
#else
    host_atomic_best(highest, value, std::greater());
#endif
}

}  // namespace engram::device

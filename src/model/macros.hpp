// SPDX-License-Identifier: Apache-2.0
// Marks functions that are compiled for the host and, by nvcc, for the device.
#pragma once

#if defined(__CUDACC__)
#define ENGRAM_HD __host__ __device__
#define ENGRAM_HD_INLINE __host__ __device__ __forceinline__
#else
#define ENGRAM_HD
#define ENGRAM_HD_INLINE inline __attribute__((always_inline))
#endif

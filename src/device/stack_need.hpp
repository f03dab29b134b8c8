// SPDX-License-Identifier: Apache-2.0
// How much memory of a GPU the stacks of kernels take.
#pragma once

#include <cstdint>

namespace engram::device {

//! Most stack that a kernel takes [byte per thread]; the build's tests hold the compiler to it.
inline constexpr std::uint64_t most_stack_bytes = 176;

//! Bytes that a GPU sets aside for the stacks of kernels: it has room for those of all threads that
//! it can hold.
constexpr std::uint64_t stack_bytes(std::uint64_t multiprocessors, std::uint64_t threads_of_each,
                                    std::uint64_t per_thread) {
    return multiprocessors * threads_of_each * per_thread;
}
//! The same before the GPU is known: as on an H100.
inline constexpr std::uint64_t expected_stack_bytes = stack_bytes(132, 2048, most_stack_bytes);

}  // namespace engram::device

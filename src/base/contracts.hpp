// SPDX-License-Identifier: Apache-2.0
// What callers promise (ENGRAM_EXPECT) and functions promise (ENGRAM_ENSURE), for programmers: a
// broken promise ends the program where it is broken. Checked in the builds `debug` and `sanitize`
// (ENGRAM_CONTRACTS), and of no cost elsewhere. What users can get wrong is an Error instead.
#pragma once

#if defined(ENGRAM_CONTRACTS) && !defined(__CUDA_ARCH__)

#include <cstdio>
#include <cstdlib>

namespace engram {

[[noreturn]] inline void contract_broken(const char* kind, const char* condition, const char* file,
                                         int line) {
    std::fprintf(stderr, "engram: %s:%d: %s does not hold: %s\n", file, line, kind, condition);
    std::abort();
}

}  // namespace engram

#define ENGRAM_CONTRACT(kind, ...)        \
    ((__VA_ARGS__) ? static_cast<void>(0) \
                   : ::engram::contract_broken(kind, #__VA_ARGS__, __FILE__, __LINE__))

#else
// Compiled, so that it stays correct, and not evaluated.
#define ENGRAM_CONTRACT(kind, ...) static_cast<void>(sizeof((__VA_ARGS__) ? 1 : 0))
#endif

#define ENGRAM_EXPECT(...) ENGRAM_CONTRACT("what is expected", __VA_ARGS__)
#define ENGRAM_ENSURE(...) ENGRAM_CONTRACT("what is ensured", __VA_ARGS__)

// SPDX-License-Identifier: Apache-2.0
// Random words of many neurons or synapses at once, several in one vector register.
//
// They are those of RandomStreams. A round of Philox needs the 64-bit products of 32-bit words, for
// which vector units have an instruction, but the compiler's vectoriser does not find it (it makes
// each product of shifts and additions); hence the intrinsics.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "model/random.hpp"

namespace engram::model {

#if defined(__AVX2__)
inline constexpr std::size_t n_lanes = 4;
#else
inline constexpr std::size_t n_lanes = 2;
#endif

// A 32-bit word in the low half of each lane; the high halves hold what they may.
typedef std::uint64_t Lanes __attribute__((vector_size(8 * n_lanes)));

inline Lanes product_of_low_halves(Lanes a, Lanes b) {
#if defined(__AVX2__)
    return (Lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (Lanes)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// A number that enters the generator: the same for all, or one for each.
template <class Number>
struct Same {
    Number value;
    Number at(std::size_t) const { return value; }
    Lanes lanes(std::size_t) const { return Lanes{} + value; }
};
template <class Number>
struct OfEach {
    const Number* values;
    Number at(std::size_t i) const { return values[i]; }
    Lanes lanes(std::size_t first) const {
        Lanes result;
        for (std::size_t i = 0; i < n_lanes; ++i) result[i] = values[first + i];
        return result;
    }
};
// A counter that ascends by one from each to the next.
struct Ascending {
    std::uint64_t first;
    std::uint64_t at(std::size_t i) const { return first + i; }
    Lanes lanes(std::size_t begin) const {
        Lanes result;
        for (std::size_t i = 0; i < n_lanes; ++i) result[i] = first + begin + i;
        return result;
    }
};

//! The first n_words words of streams(purpose, id.at(i), sub.at(i), counter.at(i)) for each i below
//! n.
//! \param id, sub  of 32 bits, counter of 64
//! \param words  [n_words][at least n]
template <int n_words, class Id, class Sub, class Counter>
void random_words(const RandomStreams& streams, Purpose purpose, Id id, Sub sub, Counter counter,
                  std::size_t n, std::uint32_t* const (&words)[n_words]) {
    if (n < n_lanes) {
        for (std::size_t i = 0; i < n; ++i) {
            const RandomWords one = streams(purpose, id.at(i), sub.at(i), counter.at(i));
            for (int w = 0; w < n_words; ++w) words[w][i] = one.word[w];
        }
        return;
    }
    const Lanes multiplier0 = Lanes{} + std::uint64_t{PHILOX_M4x32_0};
    const Lanes multiplier1 = Lanes{} + std::uint64_t{PHILOX_M4x32_1};
    for (std::size_t i = 0; i < n; i += n_lanes) {
        // The last lanes may be drawn twice, which gives the same words.
        const std::size_t first = std::min(i, n - n_lanes);
        Lanes c0 = id.lanes(first);
        Lanes c1 = sub.lanes(first);
        Lanes c2 = counter.lanes(first);
        Lanes c3 = (c2 >> 32 << 8) | static_cast<std::uint64_t>(purpose);
        auto key0 = static_cast<std::uint32_t>(streams.seed);
        auto key1 = static_cast<std::uint32_t>(streams.seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; ++round) {
            const Lanes product0 = product_of_low_halves(c0, multiplier0);
            const Lanes product1 = product_of_low_halves(c2, multiplier1);
            c0 = (product1 >> 32) ^ c1 ^ key0;
            c1 = product1;
            c2 = (product0 >> 32) ^ c3 ^ key1;
            c3 = product0;
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        const Lanes result[] = {c0, c1, c2, c3};
        for (int w = 0; w < n_words; ++w)
            for (std::size_t lane = 0; lane < n_lanes; ++lane)
                words[w][first + lane] = static_cast<std::uint32_t>(result[w][lane]);
    }
}

//! The normal numbers of consecutive steps, as normal_at_step gives them.
//! \param xi  of at least `steps` numbers
inline void normals_of_steps(const RandomStreams& streams, Purpose purpose, std::uint32_t id,
                             std::uint32_t sub, std::int64_t begin, int steps, float* xi) {
    constexpr std::size_t most = 16;
    std::uint32_t words[4][most];
    float of_call[most][4];
    const std::int64_t end = begin + steps;
    for (std::int64_t step = begin; step < end;) {
        const std::int64_t first_call = step >> 2;
        const auto n = std::min(most, static_cast<std::size_t>(((end - 1) >> 2) - first_call + 1));
        random_words<4>(streams, purpose, Same{id}, Same{sub},
                        Ascending{static_cast<std::uint64_t>(first_call)}, n,
                        {words[0], words[1], words[2], words[3]});
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) {
            const NormalPair low = normal_pair(words[0][i], words[1][i]);
            const NormalPair high = normal_pair(words[2][i], words[3][i]);
            of_call[i][0] = low.first;
            of_call[i][1] = low.second;
            of_call[i][2] = high.first;
            of_call[i][3] = high.second;
        }
        const std::int64_t behind = std::min(end, 4 * (first_call + static_cast<std::int64_t>(n)));
        xi = std::copy_n(&of_call[0][0] + (step & 3), behind - step, xi);
        step = behind;
    }
}

}  // namespace engram::model

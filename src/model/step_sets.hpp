// SPDX-License-Identifier: Apache-2.0
// Sets of steps of a block, or of a window, in words of bits.
#pragma once

#include <cstdint>

#include "model/macros.hpp"

namespace engram::model {

// Steps that neurons are advanced by as one block, and from one decision of the plasticity to the
// next: as many as a set can hold. 150 steps of 0.02 ms are an epoch of 3 ms.
inline constexpr int max_block_steps = 192;
inline constexpr int max_window_steps = 192;

//! \pre word != 0
ENGRAM_HD_INLINE int lowest_bit(std::uint64_t word) {
#if defined(__CUDA_ARCH__)
    return __ffsll(static_cast<long long>(word)) - 1;
#else
    return __builtin_ctzll(word);
#endif
}
//! \pre word != 0
ENGRAM_HD_INLINE int highest_bit(std::uint64_t word) {
#if defined(__CUDA_ARCH__)
    return 63 - __clzll(static_cast<long long>(word));
#else
    return 63 - __builtin_clzll(word);
#endif
}

ENGRAM_HD_INLINE int count_bits(std::uint64_t word) {
#if defined(__CUDA_ARCH__)
    return __popcll(static_cast<long long>(word));
#else
    return __builtin_popcountll(word);
#endif
}

// Steps of a block or of a window, from 0. Loops over words have a constant number of turns, and no
// word is chosen by a computed index, so that devices keep a set in registers.
struct StepSet {
    static constexpr int word_bits = 64;
    static constexpr int n_words = 3;
    static constexpr int capacity = n_words * word_bits;

    std::uint64_t word[n_words] = {};

    ENGRAM_HD_INLINE static int word_of(int step) { return step / word_bits; }
    ENGRAM_HD_INLINE static std::uint64_t bit_in_word(int step) {
        return std::uint64_t{1} << (step % word_bits);
    }

    ENGRAM_HD_INLINE void add(int step) {
        for (int w = 0; w < n_words; ++w) word[w] |= w == word_of(step) ? bit_in_word(step) : 0;
    }
    ENGRAM_HD_INLINE void add(const StepSet& others) {
        for (int w = 0; w < n_words; ++w) word[w] |= others.word[w];
    }
    ENGRAM_HD_INLINE bool has(int step) const {
        bool found = false;
        for (int w = 0; w < n_words; ++w)
            found |= w == word_of(step) && (word[w] & bit_in_word(step)) != 0;
        return found;
    }
    ENGRAM_HD_INLINE bool empty() const { return (word[0] | word[1] | word[2]) == 0; }
    //! How many steps before one it has.
    ENGRAM_HD_INLINE int count_before(int end) const {
        int n = 0;
        for (int w = 0; w < n_words; ++w) n += count_bits(word[w] & below(end - w * word_bits));
        return n;
    }
    //! The last step before one, or -1.
    ENGRAM_HD_INLINE int last_before(int step) const {
        for (int w = n_words - 1; w >= 0; --w) {
            const std::uint64_t bits = word[w] & below(step - w * word_bits);
            if (bits != 0) return w * word_bits + highest_bit(bits);
        }
        return -1;
    }
    //! The first step at or after one and before `end`, or `end`.
    ENGRAM_HD_INLINE int first_from(int step, int end) const {
        for (int w = 0; w < n_words; ++w) {
            const std::uint64_t bits = word[w] & ~below(step - w * word_bits);
            if (bits == 0) continue;
            const int first = w * word_bits + lowest_bit(bits);
            return first < end ? first : end;
        }
        return end;
    }
    //! Calls visit(step) for those before `end`, ascending.
    template <class Visit>
    ENGRAM_HD_INLINE void for_each_before(int end, Visit visit) const {
        for (int w = 0; w < n_words; ++w)
            for (std::uint64_t m = word[w] & below(end - w * word_bits); m != 0; m &= m - 1)
                visit(w * word_bits + lowest_bit(m));
    }
    //! Calls visit(step) for each, ascending.
    template <class Visit>
    ENGRAM_HD_INLINE void for_each(Visit visit) const {
        for (int w = 0; w < n_words; ++w)
            for (std::uint64_t m = word[w]; m != 0; m &= m - 1)
                visit(w * word_bits + lowest_bit(m));
    }
    bool operator==(const StepSet&) const = default;

  private:
    // The bits of a word below one, which may lie on either side of it.
    ENGRAM_HD_INLINE static std::uint64_t below(int bit) {
        return bit <= 0 ? 0 : bit >= word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << bit) - 1;
    }
};
static_assert(StepSet::n_words == 3 && max_block_steps <= StepSet::capacity &&
              max_window_steps <= StepSet::capacity);

}  // namespace engram::model

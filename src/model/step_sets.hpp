// SPDX-License-Identifier: Apache-2.0
// Sets of steps: of a block, in a word of bits; of a window, in two.
#pragma once

#include <cstdint>

#include "model/macros.hpp"

namespace engram::model {

// Steps that neurons are advanced by as one block.
inline constexpr int max_block_steps = 50;
// Steps from one decision of the plasticity to the next.
inline constexpr int max_window_steps = 128;

using BlockMask = std::uint64_t;  //!< bit s = step s of the block

ENGRAM_HD_INLINE BlockMask bit_of(int step) {
    return BlockMask{1} << step;
}
//! The bits of the steps before one, at most max_block_steps.
ENGRAM_HD_INLINE BlockMask bits_before(int step) {
    return bit_of(step) - 1;
}
//! \pre mask != 0
ENGRAM_HD_INLINE int lowest_bit(std::uint64_t mask) {
#if defined(__CUDA_ARCH__)
    return __ffsll(static_cast<long long>(mask)) - 1;
#else
    return __builtin_ctzll(mask);
#endif
}
//! \pre mask != 0
ENGRAM_HD_INLINE int highest_bit(std::uint64_t mask) {
#if defined(__CUDA_ARCH__)
    return 63 - __clzll(static_cast<long long>(mask));
#else
    return 63 - __builtin_clzll(mask);
#endif
}

// Steps of a window: 0 to max_window_steps - 1.
struct WindowSteps {
    static constexpr int word_bits = 64;
    static constexpr int n_words = max_window_steps / word_bits;

    std::uint64_t word[n_words] = {};

    ENGRAM_HD_INLINE static int word_of(int step) { return step / word_bits; }
    ENGRAM_HD_INLINE static std::uint64_t bit_in_word(int step) {
        return std::uint64_t{1} << (step % word_bits);
    }

    // Not by a computed index, so that devices keep a set in registers.
    ENGRAM_HD_INLINE void add(int step) {
        const std::uint64_t bit = bit_in_word(step);
        word[0] |= step < word_bits ? bit : 0;
        word[1] |= step < word_bits ? 0 : bit;
    }
    ENGRAM_HD_INLINE bool empty() const { return (word[0] | word[1]) == 0; }
    //! The last step before one, or -1.
    ENGRAM_HD_INLINE int last_before(int step) const {
        const std::uint64_t high = word[1] & below(step - word_bits);
        if (high != 0) return word_bits + highest_bit(high);
        const std::uint64_t low = word[0] & below(step);
        return low != 0 ? highest_bit(low) : -1;
    }
    //! The first step at or after one and before `end`, or `end`.
    ENGRAM_HD_INLINE int first_from(int step, int end) const {
        const std::uint64_t low = word[0] & ~below(step);
        const std::uint64_t high = word[1] & ~below(step - word_bits);
        const int first = low != 0    ? lowest_bit(low)
                          : high != 0 ? word_bits + lowest_bit(high)
                                      : end;
        return first < end ? first : end;
    }
    //! Calls visit(step) for those before `end`, ascending.
    template <class Visit>
    ENGRAM_HD_INLINE void for_each_before(int end, Visit visit) const {
        for (std::uint64_t m = word[0] & below(end); m != 0; m &= m - 1) visit(lowest_bit(m));
        for (std::uint64_t m = word[1] & below(end - word_bits); m != 0; m &= m - 1)
            visit(word_bits + lowest_bit(m));
    }
    //! Calls visit(step) for each, ascending.
    template <class Visit>
    ENGRAM_HD_INLINE void for_each(Visit visit) const {
        for_each_before(max_window_steps, visit);
    }
    bool operator==(const WindowSteps&) const = default;

  private:
    // The bits of a word below one, which may lie on either side of it.
    ENGRAM_HD_INLINE static std::uint64_t below(int bit) {
        return bit <= 0 ? 0 : bit >= word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << bit) - 1;
    }
};
static_assert(WindowSteps::n_words == 2);

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// Calcium of a plastic synapse i -> j splits into a presynaptic and a postsynaptic trace,
//     Ca_ij(t) = a_i(t) + b_j(t),   tau_Ca da/dt = -a,   tau_Ca db/dt = -b,
// with a_i += Ca_pre at t_Ca_delay after each spike of i and b_j += Ca_post at each spike of j.
// So calcium needs no memory and no work per synapse.
#pragma once

#include <cstdint>

#include "model/elementary.hpp"
#include "model/macros.hpp"

namespace engram::model {

// Steps that are worked on as one block: spikes of a neuron within it fit into a word of bits.
inline constexpr int max_block_steps = 50;

using BlockMask = std::uint64_t;  //!< bit s = step s of the block

ENGRAM_HD_INLINE BlockMask bit_of(int step) {
    return BlockMask{1} << step;
}
//! The bits of the steps before one, at most max_block_steps.
ENGRAM_HD_INLINE BlockMask bits_before(int step) {
    return bit_of(step) - 1;
}

// Decay of calcium over 0 ... max_block_steps steps.
struct CalciumDecay {
    double factor[max_block_steps + 1];

    CalciumDecay() = default;
    CalciumDecay(double tau_ca_ms, double dt_ms) {
        for (int s = 0; s <= max_block_steps; ++s) factor[s] = exp_exact(-s * dt_ms / tau_ca_ms);
    }
};

// A calcium trace within a block: its value before the block's jumps, and the steps of the jumps.
// at(s) includes a jump at step s itself.
struct CalciumTrace {
    double start = 0;  //!< value at the start of the block, without jumps of the block
    double jump = 0;   //!< Ca_pre or Ca_post
    BlockMask jumps = 0;

    ENGRAM_HD_INLINE double at(int s, const CalciumDecay& decay) const {
        double value = start * decay.factor[s];
        for (BlockMask m = jumps & bits_before(s + 1); m != 0; m &= m - 1)
            value += jump * decay.factor[s - lowest(m)];
        return value;
    }

    //! at(s) of every step s of a block of `steps` steps.
    ENGRAM_HD_INLINE void at_all(int steps, const CalciumDecay& decay,
                                 double (&values)[max_block_steps]) const {
        for (int s = 0; s < steps; ++s) values[s] = start * decay.factor[s];
        // Jumps are added in the order in which at(s) adds them.
        for (BlockMask m = jumps; m != 0; m &= m - 1) {
            const int first = lowest(m);
            for (int s = first; s < steps; ++s) values[s] += jump * decay.factor[s - first];
        }
    }

    //! Value at the end of a block of `steps` steps, before any jump at that time.
    ENGRAM_HD_INLINE double at_end(int steps, const CalciumDecay& decay) const {
        double value = start * decay.factor[steps];
        for (BlockMask m = jumps; m != 0; m &= m - 1)
            value += jump * decay.factor[steps - lowest(m)];
        return value;
    }

    //! No value within the block is above this.
    ENGRAM_HD_INLINE double upper_bound() const {
        double value = start;
        for (BlockMask m = jumps; m != 0; m &= m - 1) value += jump;
        return value;
    }

    ENGRAM_HD_INLINE static int lowest(BlockMask m) {
#if defined(__CUDA_ARCH__)
        return __ffsll(static_cast<long long>(m)) - 1;
#else
        return __builtin_ctzll(m);
#endif
    }
};

}  // namespace engram::model

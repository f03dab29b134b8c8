// SPDX-License-Identifier: Apache-2.0
// The early phase of one synapse in device memory, changed while others of its target may be.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"

namespace engram::device {

//! Brings synapse k, onto a local target, over steps [from, to) of a window, between which no spike
//! arrives, and returns the number of draws.
template <class M>
ENGRAM_HD_INLINE std::uint32_t advance_synapse(const Arrays<M>& arrays, const Physics<M>& physics,
                                               const plasticity::Window& window,
                                               const plasticity::ActiveSynapse<M>& synapse,
                                               std::uint64_t k, std::uint32_t target, int from,
                                               int to) {
    const double before = arrays.g[k];
    double g = before;
    const int n_draws = plasticity::advance_early_phase(physics, window, synapse, from, to, g);
    if (n_draws == 0) return 0;
    arrays.g[k] = g;
    for (int i = 0; i < arrays.n_sums; ++i)
        fetch_add(&arrays.sum(i)[target], arrays.change_of_sum(i, before, g));
    return static_cast<std::uint32_t>(n_draws);
}

}  // namespace engram::device

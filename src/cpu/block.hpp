// A block: the few steps within an epoch over which slow variables are held.
//
// Protein synthesis and tags are switched, and lazily kept weights are brought up to date, at block
// boundaries (at most 16 steps apart; the error is of the order of their distance over an hour).
// Blocks are cut from the epochs of a spiking phase, so they depend on nothing but the
// configuration.
#pragma once

#include <algorithm>

#include "cpu/plastic_state.hpp"
#include "experiment/experiment.hpp"
#include "model/calcium.hpp"

namespace engram {

struct Block {
    Step begin = 0;
    int steps = 0;
    double relaxation[model::max_block_steps + 1] = {};          //!< E at each step
    double inverse_relaxation[model::max_block_steps + 1] = {};  //!< 1 / E

    Block(Step begin_step, int n_steps, const PlasticState& state)
        : begin(begin_step), steps(n_steps) {
        for (int s = 0; s <= steps; ++s) {
            relaxation[s] = state.relaxation(begin + s);
            inverse_relaxation[s] = 1.0 / relaxation[s];
        }
    }
    Step end() const { return begin + steps; }
    bool contains(Step step) const { return begin <= step && step < end(); }
};

}  // namespace engram

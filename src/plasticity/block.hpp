// SPDX-License-Identifier: Apache-2.0
// A block: the few steps within an epoch over which slow variables are held, and conditions are
// constant.
//
// Protein synthesis and tags are switched, and lazily kept weights are brought up to date, at block
// boundaries (at most 5 ms apart; the error is of the order of their distance over an hour).
// Blocks are cut from the epochs of a spiking phase and at changes of the conditions, so they
// depend on nothing but the configuration.
//
// Order of events in a block, the same in every executor:
//   1. begin            arrivals of spikes and influx of calcium are marked, and who synthesises
//                       protein; recordings keep the weights, z for the whole block
//   2. deliver spikes   their input to each step of their targets; what reaches synapses that may
//                       be active is put aside
//   3. advance neurons  each through all steps: arrivals at its active synapses, which are brought
//                       to the step; stimuli; sample; step; spikes
//   4. protein          to the end of the block
//   5. active synapses  to the end of the block, then their tags
//   6. recordings       weights within the block, from those kept
//   7. tags             of passive synapses that have relaxed end
//   8. calcium          to the next block, with all spikes of this one
// While plasticity is off no synapse is active, and 4, 5 and 7 are left out.
#pragma once

#include <cstdint>

#include "model/calcium.hpp"
#include "model/conditions.hpp"
#include "model/macros.hpp"

namespace engram::plasticity {

struct Block {
    std::int64_t begin = 0;
    std::int32_t steps = 0;
    model::Conditions conditions;
    double relaxation[model::max_block_steps + 1] = {};          //!< E at each step
    double inverse_relaxation[model::max_block_steps + 1] = {};  //!< 1 / E

    Block() = default;
    //! \param age  steps of the plastic clock from where E is 1 to the beginning
    template <class Early>
    Block(std::int64_t begin_step, int n_steps, const model::Conditions& in_it, const Early& early,
          std::int64_t age)
        : begin(begin_step), steps(n_steps), conditions(in_it) {
        for (int s = 0; s <= steps; ++s) {
            relaxation[s] = early.relaxation(conditions.plasticity ? age + s : age);
            inverse_relaxation[s] = 1.0 / relaxation[s];
        }
    }
    std::int64_t end() const { return begin + steps; }
    bool contains(std::int64_t step) const { return begin <= step && step < end(); }
};

}  // namespace engram::plasticity

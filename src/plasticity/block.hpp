// A block: the few steps within an epoch over which slow variables are held, and conditions are
// constant.
//
// Protein synthesis and tags are switched, and lazily kept weights are brought up to date, at block
// boundaries (at most 16 steps apart; the error is of the order of their distance over an hour).
// Blocks are cut from the epochs of a spiking phase and at changes of the conditions, so they
// depend on nothing but the configuration.
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

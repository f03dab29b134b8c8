// SPDX-License-Identifier: Apache-2.0
// Calcium traces at the start of a window, and what happens to them in it.
#pragma once

#include <tuple>

#include "model/calcium.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct CalciumView {
    double* pre_start = nullptr;
    double* post_start = nullptr;
    model::StepSet* pre_jumps = nullptr;
    model::StepSet* arrivals = nullptr;

    static constexpr auto variables() {
        using enum InCheckpoint;
        constexpr model::StepSet none{};
        return std::tuple{Variable{&CalciumView::pre_start, "calcium_pre", "1", By::source, 0.0,
                                   yes, "presynaptic calcium trace", Domain::not_negative},
                          Variable{&CalciumView::post_start, "calcium_post", "1", By::neuron, 0.0,
                                   yes, "postsynaptic calcium trace", Domain::not_negative},
                          Variable{&CalciumView::pre_jumps, "pre_jumps", "", By::source, none, no,
                                   "steps of the window at which presynaptic calcium enters"},
                          Variable{&CalciumView::arrivals, "arrivals", "", By::source, none, no,
                                   "steps of the window at which spikes of the source arrive"}};
    }
};

}  // namespace engram::plasticity

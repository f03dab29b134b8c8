// SPDX-License-Identifier: Apache-2.0
// When the plasticity is decided within a spiking phase: the ends of its windows.
#pragma once

#include <algorithm>
#include <cmath>

#include "model/step_sets.hpp"
#include "simulation/block_grid.hpp"

namespace engram {

// Windows are as many whole epochs as take no more than longest_ms, counted from the begin of the
// phase; where an epoch is too long for one, each block is one. Other conditions and the end of the
// phase end a window early. So they follow from the configuration alone.
class DecisionGrid {
  public:
    static constexpr double longest_ms = 15.0;

    DecisionGrid(const BlockGrid& blocks, double dt_ms) : epoch_steps_(blocks.epoch_steps()) {
        // Whatever the rounding of dt.
        const double most = std::min(std::floor(longest_ms / dt_ms * (1.0 + 1e-9)),
                                     static_cast<double>(model::max_window_steps));
        n_epochs_ = static_cast<int>(most) / epoch_steps_;
    }

    //! Whether a window is a block, rather than whole epochs.
    bool is_each_block() const { return n_epochs_ == 0; }
    //! Steps from the begin of a phase after which checkpoints are possible, again and again: an
    //! epoch and a window end.
    Step every() const { return static_cast<Step>(std::max(n_epochs_, 1)) * epoch_steps_; }
    //! The first of these behind a step of a phase, or its end.
    Step next(Step phase_begin, Step phase_end, Step step) const {
        return std::min(phase_begin + ((step - phase_begin) / every() + 1) * every(), phase_end);
    }

  private:
    int epoch_steps_;
    int n_epochs_;
};

inline DecisionGrid decision_grid(const Experiment& experiment) {
    return {block_grid(experiment), experiment.dt_ms};
}

}  // namespace engram

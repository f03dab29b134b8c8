// SPDX-License-Identifier: Apache-2.0
// The division of an epoch into blocks.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/contracts.hpp"
#include "experiment/experiment.hpp"
#include "model/calcium.hpp"

namespace engram {

// Blocks of an epoch are equally long, up to a step. They follow from the epoch's length alone:
// the noise of a whole block is drawn at once, so nothing else may move their ends.
class BlockGrid {
  public:
    //! The longer a block, the more neurons may have reached the threshold within it.
    static constexpr double longest_ms = 5.0;

    BlockGrid(int epoch_steps, double dt_ms) : epoch_steps_(epoch_steps) {
        ENGRAM_EXPECT(epoch_steps >= 1);
        // A delay of 5 ms makes one block, whatever the rounding of dt.
        const double steps = std::min(std::floor(longest_ms / dt_ms * (1.0 + 1e-9)),
                                      static_cast<double>(model::max_block_steps));
        const int most = std::max(1, static_cast<int>(steps));
        n_blocks_ = (epoch_steps + most - 1) / most;
    }

    int epoch_steps() const { return epoch_steps_; }
    int n_blocks() const { return n_blocks_; }
    //! First step of a block within the epoch; of the block after the last: the end of the epoch.
    int begin(int block) const {
        return static_cast<int>(static_cast<long long>(block) * epoch_steps_ / n_blocks_);
    }
    int steps(int block) const { return begin(block + 1) - begin(block); }
    int longest() const { return (epoch_steps_ + n_blocks_ - 1) / n_blocks_; }

  private:
    int epoch_steps_;
    int n_blocks_;
};

inline BlockGrid block_grid(const Experiment& experiment) {
    return {static_cast<int>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms)),
            experiment.dt_ms};
}

}  // namespace engram

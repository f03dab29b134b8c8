// SPDX-License-Identifier: Apache-2.0
// A stimulus current without noise over a block: what it does is known before the block.
#pragma once

#include <vector>

#include "base/contracts.hpp"
#include "experiment/stimulation.hpp"
#include "model/block_solution.hpp"
#include "model/neuron.hpp"

namespace engram {

// In the neurons of a population.
struct KnownCurrent {
    std::vector<model::PulseStep> steps;  //!< zero where it is off
    model::CurrentEffect effect;          //!< of all of them

    KnownCurrent() = default;
    //! \param p  of the neurons
    KnownCurrent(const CurrentPulse& pulse, std::size_t population,
                 const model::NeuronPropagator& p, Step begin, int n_steps) {
        ENGRAM_EXPECT(pulse.is_known());
        for (Step step = begin; step < begin + n_steps; ++step) {
            const double nA = pulse.is_on(step) ? pulse.current_at(population, step).mean_nA : 0.0;
            steps.push_back(model::step_pulse(p, nA, 0.0, 0.0, 0.0));
            effect.add_step(p.membrane_decay, steps.back().on_v_mV);
        }
    }
};

}  // namespace engram

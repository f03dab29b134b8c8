// SPDX-License-Identifier: Apache-2.0
// An early phase that is not built in: potentiation tends to another weight, and it needs both
// neurons to have had calcium of their own when the window began. It shows what a mechanism of the
// early phase has to bring along, and that nothing else has to know of it.
#pragma once

#include "model/early_phase.hpp"

namespace engram::test {

struct GatedEarlyPhase : model::EarlyPhase {
    //! By which a run asks for it, where it is built in.
    static constexpr double tell_tale_gamma_p = 1640.0;
    static bool describes(const SynapseParameters& s) { return s.gamma_p == tell_tale_gamma_p; }

    static constexpr double h_max_mV = 8.0;
    //! Of a neuron's own trace, whichever it is.
    static constexpr double theta_gate = 0.3;
    static constexpr model::Flags open = 1;

    GatedEarlyPhase() = default;
    GatedEarlyPhase(const SynapseParameters& s, double dt_ms) : model::EarlyPhase(s, dt_ms) {
        zones.target_mV[2] = (model::relaxation_rate * s.h_0_mV + s.gamma_p * h_max_mV) /
                             (model::relaxation_rate + s.gamma_p + s.gamma_d);
    }

    ENGRAM_HD_INLINE model::Flags flags(const model::CalciumTrace& trace, model::NoRecentSpikes,
                                        int /*step*/) const {
        return trace.start >= theta_gate ? open : 0;
    }
    ENGRAM_HD_INLINE model::FlagRange flags_between(const model::CalciumTrace& trace,
                                                    model::NoRecentSpikes recent, int from,
                                                    int /*to*/) const {
        const model::Flags always = flags(trace, recent, from);
        return {always, always};
    }
    ENGRAM_HD_INLINE model::Zone zone(double calcium, model::Flags pre, model::Flags post) const {
        const bool shut = (pre & post & open) == 0;
        return static_cast<model::Zone>((calcium >= theta_d) + ((calcium >= theta_p) & !shut));
    }
};

}  // namespace engram::test

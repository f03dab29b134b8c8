// SPDX-License-Identifier: Apache-2.0
// Protein that is made in the soma and diffuses along the neuron,
//     dp/dt = D d2p/dx2 - p/tau_p + p_max (L/zone) [S >= theta_pro]/tau_p in the synthesis zone,
// where the late phase is as in late_phase.hpp, with p at the tip, where the plastic synapses are.
// On the compartments of a Cable it is solved exactly: the amplitude of mode k,
//     p(i) = sum of a_k phi_k(i),     a_0 the mean over the cell,
// relaxes at the rate nu_k = 1/tau_p + D eigenvalue_k while synthesis is on or off, towards
//     target_k = p_max m_k / (tau_p nu_k),   m_k the mean of phi_k over the zone, or towards 0.
// So the mean obeys the equation of a point neuron.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/cable.hpp"
#include "model/late_phase.hpp"

namespace engram::model {

// Of the neurons of a population.
struct ProteinCell {
    Cable cable;
    double diffusivity_um2_per_s = std::numeric_limits<double>::infinity();  //!< well mixed

    //! Beside the mean.
    std::uint32_t n_modes() const {
        if (std::isinf(diffusivity_um2_per_s)) return 0;
        return static_cast<std::uint32_t>(cable.n) - 1;
    }
};

// How protein diffuses in the neurons of a network, and where it is recorded.
struct ProteinDiffusion {
    // A place of the cell where it is recorded beside tip and soma.
    struct Place {
        std::string name;  //!< of its column
        double um = 0;     //!< from the tip
    };

    std::vector<ProteinCell> cells;  //!< by population
    std::vector<Place> places;

    //! The most modes that any cell has; 0: protein is well mixed everywhere.
    std::uint32_t most_modes() const {
        std::uint32_t most = 0;
        for (const ProteinCell& cell : cells) most = std::max(most, cell.n_modes());
        return most;
    }
};

// A mode beside the mean, over a time of constant synthesis. Its amplitude, and the integral of
// that, are linear in where it was and in its target.
struct ProteinModeStep {
    double decay = 1;
    double gain_s = 0;  //!< (1 - decay) / rate

    ProteinModeStep() = default;
    ENGRAM_HD_INLINE ProteinModeStep(double rate_per_s, double time_s)
        : decay(exp_exact(-rate_per_s * time_s)), gain_s((1.0 - decay) / rate_per_s) {}

    ENGRAM_HD_INLINE double amount(double from, double target) const {
        return std::fma(from - target, decay, target);
    }
    ENGRAM_HD_INLINE double integral(double from, double target, double time_s) const {
        return std::fma(from - target, gain_s, target * time_s);
    }
};

//! nu_k [1/s].
inline double protein_mode_rate_per_s(const ProteinCell& cell, int k, double tau_p_s) {
    return 1.0 / tau_p_s + cell.diffusivity_um2_per_s * cell.cable.eigenvalue(k);
}

//! target_k [umol/l] while synthesis is on; k > 0.
inline double protein_mode_target(const ProteinCell& cell, int k, const LatePhase& late) {
    return late.p_max * cell.cable.mode_in_zone(k) /
           (late.tau_p_s * protein_mode_rate_per_s(cell, k, late.tau_p_s));
}

//! The largest ratio of p at the tip to p_max that synthesis can lead to, of any cell: if it went
//! on for ever. Near the soma, the tip has more than its share.
inline double highest_relative_protein(const ProteinDiffusion& diffusion, const LatePhase& late) {
    double highest = 1.0;
    if (!(late.p_max > 0.0)) return highest;
    for (const ProteinCell& cell : diffusion.cells) {
        double at_tip = 1.0;
        for (int k = 1; k <= static_cast<int>(cell.n_modes()); ++k)
            at_tip += cell.cable.mode(k, Cable::basal_tip()) * protein_mode_target(cell, k, late) /
                      late.p_max;
        highest = std::max(highest, at_tip);
    }
    return highest;
}

}  // namespace engram::model

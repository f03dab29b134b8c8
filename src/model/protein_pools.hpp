// Late phase with several pools of protein and any upper bound of z:
//     tau_p dp_P/dt = -p_P + p_max [S+ >= theta_pro],   S+ = sum over incoming (h - h_0)+,
//     likewise p_D of S- = sum of (h_0 - h)+, and p_C of S = S+ + S-,
//     tau_z dz/dt = f_int (q_P (1 - z/z_max) [h - h_0 >= theta_tag]
//                          - q_D (z + 0.5) [h_0 - h >= theta_tag]),
// where q_P, q_D are p_C, p_C with the common pool alone; p_P, p_D; or p_P p_C/p_max, p_D
// p_C/p_max. The integrals of q stay elementary: products of two exponentials.
#pragma once

#include "model/elementary.hpp"
#include "model/late_phase.hpp"
#include "model/macros.hpp"
#include "model/parameters.hpp"

namespace engram::model {

struct PoolsLatePhase : LatePhase {
    double z_max = 1.0;
    double rate_up = 0;    //!< f_int / (tau_z z_max): at which z_max - z shrinks [l/umol/s]
    bool common = true;    //!< p_C is needed
    bool by_sign = false;  //!< p_P, p_D are needed

    PoolsLatePhase() = default;
    explicit PoolsLatePhase(const SynapseParameters& s)
        : LatePhase(s),
          z_max(s.z_max),
          rate_up(rate / s.z_max),
          common(s.protein_pools != ProteinPools::p_and_d),
          by_sign(s.protein_pools != ProteinPools::common) {}

    //! Integral of p q / p_max over a time of constant synthesis.
    ENGRAM_HD_INLINE double integral_of_product(double p, bool synthesis_of_p, double q,
                                                bool synthesis_of_q, double time_s) const {
        const double p_target = synthesis_of_p ? p_max : 0.0;
        const double q_target = synthesis_of_q ? p_max : 0.0;
        const double p_gap = p - p_target;
        const double q_gap = q - q_target;
        const double decay = exp_exact(-time_s / tau_p_s);
        return (p_target * q_target * time_s +
                (p_target * q_gap + q_target * p_gap) * tau_p_s * (1.0 - decay) +
                p_gap * q_gap * (0.5 * tau_p_s) * (1.0 - decay * decay)) /
               p_max;
    }

    //! Factor by which z_max - z, or z + 0.5, shrinks over a given integral of q.
    ENGRAM_HD_INLINE double shrinkage_of(Tag tag, double integral) const {
        return exp_exact(-(tag == Tag::depression ? rate : rate_up) * integral);
    }
};

}  // namespace engram::model

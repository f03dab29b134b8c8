// SPDX-License-Identifier: Apache-2.0
// Late phase with several pools of protein and any upper bound of z:
//     tau_p dp_P/dt = -p_P + p_max [S+ >= theta_pro],   S+ = sum over incoming (h - h_0)+,
//     likewise p_D of S- = sum of (h_0 - h)+, and p_C of S = S+ + S-,
//     tau_z dz/dt = f_int (q_P (1 - z/z_max) [h - h_0 >= theta_tag]
//                          - q_D (z + 0.5) [h_0 - h >= theta_tag]),
// where q_P, q_D are p_C, p_C with the common pool alone; p_P, p_D; or p_P p_C/p_max, p_D
// p_C/p_max. The integrals of q stay elementary: products of two exponentials.
#pragma once

#include <cmath>

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

    //! Integral of p q / p_max over a time of constant synthesis. With a(t) = 1 - exp(-t/tau_p),
    //!     p(t) = p (1 - a) + [synthesis] p_max a,
    //! and q likewise: a sum of terms that are not negative, whatever the time.
    ENGRAM_HD_INLINE double integral_of_product(double p, bool synthesis_of_p, double q,
                                                bool synthesis_of_q, double time_s) const {
        if (!(p_max > 0.0)) return 0.0;
        const double p_target = synthesis_of_p ? p_max : 0.0;
        const double q_target = synthesis_of_q ? p_max : 0.0;
        const double x = time_s / tau_p_s;
        const double a = one_minus_exp(x);
        return tau_p_s / p_max *
               (p * q * a * (1.0 - 0.5 * a) + (p * q_target + q * p_target) * (0.5 * a * a) +
                p_target * q_target * integral_of_square(x, a));
    }

    //! Of one pool and one bound: see shrinkage_of.
    double shrinkage(double) const = delete;
    //! Factor by which z_max - z, or z + 0.5, shrinks over a given integral of q.
    ENGRAM_HD_INLINE double shrinkage_of(Tag tag, double integral) const {
        return exp_exact(-(tag == Tag::depression ? rate : rate_up) * integral);
    }

  private:
    // Series are short where it matters, in blocks, and end as soon as a term is below rounding.
    static constexpr double negligible = 1e-18;

    //! 1 - exp(-x) = x - x^2/2! + x^3/3! - ..., also where x is small.
    ENGRAM_HD_INLINE static double one_minus_exp(double x) {
        if (x > 0.25) return 1.0 - exp_exact(-x);
        double sum = x;
        double term = x;
        for (double n = 2.0; std::fabs(term) > negligible * sum; n += 1.0) {
            term *= -x / n;
            sum += term;
        }
        return sum;
    }

    //! Integral of a(t)^2 over tau_p: x - a - a^2/2, where x = -log(1 - a) = a + a^2/2 + a^3/3 +
    //! ...
    ENGRAM_HD_INLINE static double integral_of_square(double x, double a) {
        if (a > 0.25) return x - a - 0.5 * a * a;
        double power = a * a * a;
        double sum = 0.0;
        for (double n = 3.0; power > negligible * sum; n += 1.0) {
            sum += power / n;
            power *= a;
        }
        return sum;
    }
};

}  // namespace engram::model

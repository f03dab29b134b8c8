// SPDX-License-Identifier: Apache-2.0
// Tagging, protein and late-phase weight,
//     tau_p dp/dt = -p + p_max [S >= theta_pro],     S = sum over incoming |h - h_0|,
//     tau_z dz/dt = f_int p ((1 - z) [h - h_0 >= theta_tag] - (z + 0.5) [h_0 - h >= theta_tag]).
// While neither bracket changes, both have closed solutions: p relaxes exponentially, and
// 1 - z (or z + 0.5) shrinks by exp(-f_int * integral of p / tau_z).
#pragma once

#include <cmath>
#include <cstdint>

#include "model/elementary.hpp"
#include "model/macros.hpp"
#include "model/parameters.hpp"

namespace engram::model {

// Tag of a synapse: the sign of an early-phase change beyond theta_tag.
enum class Tag : std::uint32_t { none = 0, potentiation = 1, depression = 2 };

// Bounds that the late-phase weight tends to; the upper one of the published model.
inline constexpr double z_max = 1.0;
inline constexpr double z_min = -0.5;

struct ProteinState {
    double amount = 0;    //!< p [umol/l]
    double integral = 0;  //!< of p over the interval [umol/l s]
};

struct LatePhase {
    double theta_tag_mV = 0;
    double p_max = 0;  //!< [umol/l]
    double tau_p_s = 0;
    double rate = 0;  //!< f_int / tau_z [l/umol/s]

    LatePhase() = default;
    explicit LatePhase(const SynapseParameters& s)
        : theta_tag_mV(s.theta_tag_mV),
          p_max(s.p_max_umol_per_l),
          tau_p_s(s.tau_p_s),
          rate(s.f_int_l_per_umol / s.tau_z_s) {}

    //! \param change_mV h - h_0
    ENGRAM_HD_INLINE Tag tag(double change_mV) const {
        return change_mV >= theta_tag_mV    ? Tag::potentiation
               : -change_mV >= theta_tag_mV ? Tag::depression
                                            : Tag::none;
    }

    //! Protein after a time during which synthesis was on or off.
    ENGRAM_HD_INLINE ProteinState protein(double p, bool synthesis, double time_s) const {
        const double target = synthesis ? p_max : 0.0;
        const double decay = exp_exact(-time_s / tau_p_s);
        return {std::fma(p - target, decay, target),
                std::fma(p - target, tau_p_s * (1.0 - decay), target * time_s)};
    }

    //! Factor by which 1 - z or z + 0.5 shrinks over a given integral of p.
    ENGRAM_HD_INLINE double shrinkage(double protein_integral) const {
        return exp_exact(-rate * protein_integral);
    }

    //! z after an interval with a constant tag.
    //! \param upper  bound that potentiation tends to
    ENGRAM_HD_INLINE double advance(double z, Tag tag, double shrinkage,
                                    double upper = z_max) const {
        switch (tag) {
            case Tag::potentiation:
                return upper - (upper - z) * shrinkage;
            case Tag::depression:
                return z_min + (z - z_min) * shrinkage;
            case Tag::none:
                break;
        }
        return z;
    }
};

// Late-phase weight stored so that it is constant while its tag is: with X the product of all
// shrinkages of the postsynaptic neuron since a common reference, the distance from the bound over
// X.
struct LazyLatePhase {
    //! X after a further shrinkage. However fast the late phase, it stays far from underflow: z has
    //! been at its bound, to the last bit, since X was 1e-17.
    ENGRAM_HD_INLINE static double shrunk(double x, double shrinkage) {
        const double next = x * shrinkage;
        return next > 1e-100 ? next : 1e-100;
    }
    ENGRAM_HD_INLINE static double load(double stored, Tag tag, double x, double upper = z_max) {
        switch (tag) {
            case Tag::potentiation:
                return std::fma(-stored, x, upper);
            case Tag::depression:
                return std::fma(stored, x, z_min);
            case Tag::none:
                break;
        }
        return stored;
    }
    ENGRAM_HD_INLINE static double store(double z, Tag tag, double x, double upper = z_max) {
        switch (tag) {
            case Tag::potentiation:
                return (upper - z) / x;
            case Tag::depression:
                return (z - z_min) / x;
            case Tag::none:
                break;
        }
        return z;
    }
};

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// Consolidation in closed form: |h - h_0| relaxes exponentially, so the synthesis of every protein
// pool and the tag of every synapse end at a time known in advance, and p and its integral are
// elementary in between.
#pragma once

#include <cmath>
#include <limits>

#include "model/elementary.hpp"
#include "model/late_phase.hpp"
#include "model/macros.hpp"

namespace engram::model {

// All times are seconds since the start of the consolidation, within which conditions are constant.
template <class Late>
struct Consolidation {
    Late late;
    double relaxation_rate_per_s = 0;  //!< of h - h_0
    double theta_pro_mV = 0;

    //! Factor by which h - h_0 has shrunk.
    ENGRAM_HD_INLINE double relaxation(double time_s) const {
        return exp_exact(-relaxation_rate_per_s * time_s);
    }

    //! Time after which a relaxing quantity is below a threshold.
    ENGRAM_HD_INLINE double time_until_below(double size, double threshold) const {
        if (threshold <= 0.0) return std::numeric_limits<double>::infinity();
        return size >= threshold ? log_exact(size / threshold) / relaxation_rate_per_s : 0.0;
    }

    //! Protein, and its integral.
    ENGRAM_HD_INLINE ProteinState protein_after(double p, double synthesis_end_s,
                                                double time_s) const {
        const double synthesis_s = synthesis_end_s < time_s ? synthesis_end_s : time_s;
        const ProteinState during = late.protein(p, true, synthesis_s);
        const ProteinState after = late.protein(during.amount, false, time_s - synthesis_s);
        return {after.amount, during.integral + after.integral};
    }

    //! How long a synapse of that early-phase change keeps its tag within a time.
    ENGRAM_HD_INLINE double tagged_s(double change_mV, double time_s) const {
        const double tag_end_s = time_until_below(std::fabs(change_mV), late.theta_tag_mV);
        return tag_end_s < time_s ? tag_end_s : time_s;
    }
};

}  // namespace engram::model

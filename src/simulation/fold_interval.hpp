// How long the lazily kept state goes without being brought to a common reference.
#pragma once

#include <algorithm>

#include "model/parameters.hpp"

namespace engram {

inline constexpr double longest_fold_interval_s = 500.0;

//! Within this time the lazy factors E and X stay far from underflow: above 1/2 and 1/150.
//! \param early_rate_per_s  at which h - h_0 relaxes without calcium; see the early phase
inline double fold_interval_s(double early_rate_per_s, const SynapseParameters& synapses) {
    return std::min({longest_fold_interval_s, 0.5 / early_rate_per_s,
                     5.0 / fastest_late_phase_per_s(synapses)});
}

}  // namespace engram

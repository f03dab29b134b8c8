// SPDX-License-Identifier: Apache-2.0
// The early phase with thresholds of the firing rate: high calcium potentiates a synapse only if
// both of its neurons have fired more than nu_p T times within the last T, and depresses it only if
// they have more than nu_d T times. Where potentiation is shut, high calcium depresses. (Rate
// thresholds of Luboeinski and Tetzlaff, Cogn. Comput. 2022.)
#pragma once

#include <cmath>
#include <limits>

#include "model/early_phase.hpp"
#include "model/recent_spikes.hpp"

namespace engram::model {

struct RateGatedEarlyPhase : EarlyPhase {
    using Recent = RecentSpikes;
    // Flags: what the rate of a neuron lets happen.
    static constexpr Flags potentiation_open = 1;
    static constexpr Flags depression_open = 2;

    // A neuron's gate is open if it has more spikes than this.
    std::int32_t most_shut_p = -1;
    std::int32_t most_shut_d = -1;

    RateGatedEarlyPhase() = default;
    RateGatedEarlyPhase(const SynapseParameters& s, double dt_ms)
        : EarlyPhase(s, dt_ms),
          most_shut_p(most_shut(s.rate_threshold_p_Hz, s.rate_window_s)),
          most_shut_d(most_shut(s.rate_threshold_d_Hz, s.rate_window_s)) {}

    ENGRAM_HD_INLINE Flags flags_of(int n_spikes) const {
        return (n_spikes > most_shut_p ? potentiation_open : 0) |
               (n_spikes > most_shut_d ? depression_open : 0);
    }
    ENGRAM_HD_INLINE Flags flags(const CalciumTrace&, const RecentSpikes& recent, int step) const {
        return flags_of(recent.at(step));
    }
    ENGRAM_HD_INLINE FlagRange flags_between(const CalciumTrace&, const RecentSpikes& recent,
                                             int from, int to) const {
        return {flags_of(recent.least(from, to)), flags_of(recent.most(from, to))};
    }
    ENGRAM_HD_INLINE Zone zone(double calcium, Flags pre, Flags post) const {
        const Flags open = pre & post;
        const bool potentiates = (calcium >= theta_p) & ((open & potentiation_open) != 0);
        const bool depresses = (calcium >= theta_d) & ((open & depression_open) != 0);
        return potentiates ? Zone::potentiation : depresses ? Zone::depression : Zone::passive;
    }

  private:
    // The largest number of spikes that is not above the threshold; nothing is below one of 0 Hz.
    static std::int32_t most_shut(double threshold_Hz, double window_s) {
        if (threshold_Hz == 0.0) return -1;
        const double most = std::floor(threshold_Hz * window_s * (1.0 + 1e-12));
        constexpr auto largest = std::numeric_limits<std::int32_t>::max();
        return most < largest ? static_cast<std::int32_t>(most) : largest;
    }
};

}  // namespace engram::model

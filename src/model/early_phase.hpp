// SPDX-License-Identifier: Apache-2.0
// Early-phase weight h of a plastic synapse,
//     tau_h dh/dt = 0.1 (h_0 - h) + gamma_p (10 mV - h) [Ca >= theta_p] - gamma_d h [Ca >= theta_d]
//                   + sqrt(tau_h ([Ca >= theta_p] + [Ca >= theta_d])) sigma_pl xi(t).
// While calcium stays between the same thresholds (a zone) this is an Ornstein-Uhlenbeck process
// with constant coefficients, and one exact draw takes h over any interval.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "model/calcium.hpp"
#include "model/elementary.hpp"
#include "model/macros.hpp"
#include "model/parameters.hpp"
#include "model/recent_spikes.hpp"

namespace engram::model {

// Which thresholds calcium has reached.
enum class Zone : int { passive = 0, depression = 1, potentiation = 2 };

using Flags = std::uint32_t;
// Flags that are set at all of some steps, and at any of them.
struct FlagRange {
    Flags all = 0;
    Flags any = 0;
};

// The weight that full potentiation tends to [mV].
inline constexpr double h_max_mV = 10.0;
// Rate of return to h_0, in units of 1/tau_h.
inline constexpr double relaxation_rate = 0.1;

// What acts within a zone, in units of 1/tau_h.
struct ZoneRates {
    double rate;     //!< at which h tends to a fixed point
    double pull_mV;  //!< rate times that point
    int n_noises;    //!< number of thresholds reached, each of which adds noise
};
//! By zone. All that is told of the dynamics of h follows from these.
inline std::array<ZoneRates, 3> zone_rates(const SynapseParameters& s) {
    const double to_h_0 = relaxation_rate * s.h_0_mV;
    return {{{relaxation_rate, to_h_0, 0},
             {relaxation_rate + s.gamma_d, to_h_0, 1},
             {relaxation_rate + s.gamma_p + s.gamma_d, to_h_0 + s.gamma_p * h_max_mV, 2}}};
}
//! Largest |h - h_0| without noise: h tends to points between 0 and the larger of h_0 and h_max.
inline double highest_change_mV(const SynapseParameters& s) {
    return std::max(s.h_0_mV, h_max_mV);
}
//! Largest standard deviation that h can have.
inline double highest_deviation_mV(const SynapseParameters& s) {
    double highest = 0.0;
    for (const ZoneRates& zone : zone_rates(s))
        highest = std::max(highest, zone.n_noises / zone.rate);
    return s.sigma_pl_mV * std::sqrt(highest / 2.0);
}

// Exact propagation over an interval within one zone.
struct ZonePropagator {
    double target_mV[3];                           //!< fixed point of h in the zone
    double decay[3][max_window_steps + 1];         //!< by zone and number of steps
    double deviation_mV[3][max_window_steps + 1];  //!< standard deviation gathered, same indices
};

struct EarlyPhase {
    using Recent = NoRecentSpikes;

    double h_0_mV = 0;
    double theta_p = 0;
    double theta_d = 0;
    double passive_rate_per_step = 0;  //!< 0.1 dt / tau_h
    double passive_rate_per_s = 0;     //!< 0.1 / tau_h
    ZonePropagator zones{};

    EarlyPhase() = default;
    EarlyPhase(const SynapseParameters& s, double dt_ms)
        : h_0_mV(s.h_0_mV),
          theta_p(s.theta_p),
          theta_d(s.theta_d),
          passive_rate_per_step(relaxation_rate * dt_ms / (s.tau_h_s * 1000.0)),
          passive_rate_per_s(relaxation_rate / s.tau_h_s) {
        const std::array<ZoneRates, 3> rates = zone_rates(s);
        for (std::size_t zone = 0; zone < rates.size(); ++zone) {
            const auto [rate, pull_mV, n_noises] = rates[zone];
            zones.target_mV[zone] = pull_mV / rate;
            // Stationary.
            const double variance = s.sigma_pl_mV * s.sigma_pl_mV * n_noises / (2.0 * rate);
            for (int n = 0; n <= max_window_steps; ++n) {
                const double decay = exp_exact(-rate * n * dt_ms / (s.tau_h_s * 1000.0));
                zones.decay[zone][n] = decay;
                zones.deviation_mV[zone][n] = std::sqrt(variance * (1.0 - decay * decay));
            }
        }
    }

    //! Factor by which h - h_0 shrinks over a number of steps without calcium.
    ENGRAM_HD_INLINE double relaxation(std::int64_t steps) const {
        return exp_exact(-passive_rate_per_step * static_cast<double>(steps));
    }

    //! What the zone may depend on beside calcium: a word for each of the two neurons at a step of
    //! the window, which may change where their recent spikes do. Here it does not. Of a trace only
    //! the start may count: jumps of the window are added as it goes on.
    ENGRAM_HD_INLINE Flags flags(const CalciumTrace&, NoRecentSpikes, int /*step*/) const {
        return 0;
    }
    //! Bounds of that at steps [from, to).
    ENGRAM_HD_INLINE FlagRange flags_between(const CalciumTrace&, NoRecentSpikes, int /*from*/,
                                             int /*to*/) const {
        return {};
    }

    //! Monotonic in calcium and in each flag, and passive below theta_d.
    //! \param calcium  of the synapse
    ENGRAM_HD_INLINE Zone zone(double calcium, Flags /*pre*/ = 0, Flags /*post*/ = 0) const {
        return static_cast<Zone>((calcium >= theta_d) + (calcium >= theta_p));
    }

    //! h after `steps` steps in a zone; `noise` is standard normal.
    ENGRAM_HD_INLINE double advance(double h_mV, Zone zone, int steps, double noise) const {
        const int k = static_cast<int>(zone);
        const double target = zones.target_mV[k];
        return std::fma(zones.deviation_mV[k][steps], noise,
                        std::fma(h_mV - target, zones.decay[k][steps], target));
    }

    //! h at `steps_before` steps after `h_before` and `steps_after` before `h_after`, in one zone:
    //! the process conditioned on both ends (an Ornstein-Uhlenbeck bridge).
    ENGRAM_HD_INLINE double between(double h_before, int steps_before, double h_after,
                                    int steps_after, Zone zone, double noise) const {
        const int k = static_cast<int>(zone);
        const double mean = advance(h_before, zone, steps_before, 0.0);
        const double s1 = zones.deviation_mV[k][steps_before];
        const double s2 = zones.deviation_mV[k][steps_after];
        const double decay = zones.decay[k][steps_after];
        const double total = s1 * s1 * decay * decay + s2 * s2;
        if (!(total > 0.0)) return mean;
        const double expected_after = advance(mean, zone, steps_after, 0.0);
        const double gain = s1 * s1 * decay / total;
        return mean + gain * (h_after - expected_after) + s1 * s2 / std::sqrt(total) * noise;
    }
};

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// A neuron with a morphology (model/cable_resistances.hpp) over a whole block of steps at once. Its
// mean potential U goes as the V of a point neuron, whose solution (model/block_solution.hpp) gives
// the end of the block. What is compared with the threshold is the potential of a place,
//     V = U + A (I_syn + I_bg + I_stim) + B I_tip,
// which is linear in the same state, and so has bounds of the same kind. In the comments, as there,
// w = U - U_inf, c = I_syn + I_bg (from its mean); p = I_tip, which is part of I_syn.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "model/block_solution.hpp"
#include "model/macros.hpp"

namespace engram::model {

// U is its v_mV.
struct CableState : NeuronState {
    double i_tip_nA;  //!< synaptic current at the tip
    //! Stimulus current at the end of the last step, as one that decays and acts on the soma alike.
    double i_stim_nA;
    double silent_resets;  //!< since the phase began
};

// Synaptic current that arrives in a step.
struct CableInput {
    double total_nA;
    double tip_nA;
};

// A place on the cell.
struct CablePlace {
    double by_current = 0;  //!< A [MOhm]
    double by_tip = 0;      //!< B [MOhm]
    double mean_mV = 0;     //!< V - U that the mean of the background makes

    ENGRAM_HD_INLINE double v_mV(const CableState& s) const {
        const double current = s.i_syn_nA + s.i_bg_nA + s.i_stim_nA;
        return s.v_mV + (std::fma(by_current, current, by_tip * s.i_tip_nA) + mean_mV);
    }
};

struct CableBlockInput : BlockInput {
    double tip_nA = 0;          //!< on I_tip
    double highest_tip_mV = 0;  //!< as highest_mV, which is of the soma

    static constexpr auto parts() {
        return std::tuple{&CableBlockInput::v_mV, &CableBlockInput::current_nA,
                          &CableBlockInput::highest_mV, &CableBlockInput::tip_nA,
                          &CableBlockInput::highest_tip_mV};
    }
};

// Of an input that arrives at a step of the block.
struct CableInputEffect {
    double drive;
    double decay;
    // On V at any step within the block, of places and by places [mV/nA].
    double soma_by_soma;
    double tip_by_tip;
    double across;         //!< of either by the other
    double across_lowest;  //!< likewise; at most 0

    ENGRAM_HD_INLINE void add(CableBlockInput& sums, const CableInput& input) const {
        sums.v_mV = std::fma(drive, input.total_nA, sums.v_mV);
        sums.current_nA = std::fma(decay, input.total_nA, sums.current_nA);
        sums.tip_nA = std::fma(decay, input.tip_nA, sums.tip_nA);
        const double soma_nA = input.total_nA - input.tip_nA;
        const double soma_above = soma_nA > 0.0 ? soma_nA : 0.0;
        const double tip_above = input.tip_nA > 0.0 ? input.tip_nA : 0.0;
        const double soma_below = soma_nA < 0.0 ? soma_nA : 0.0;
        const double tip_below = input.tip_nA < 0.0 ? input.tip_nA : 0.0;
        sums.highest_mV = std::fma(
            soma_by_soma, soma_above,
            std::fma(across, tip_above, std::fma(across_lowest, tip_below, sums.highest_mV)));
        sums.highest_tip_mV = std::fma(
            tip_by_tip, tip_above,
            std::fma(across, soma_above, std::fma(across_lowest, soma_below, sums.highest_tip_mV)));
    }
};

// The quick bound of a place: see BlockEnds. The signs of the coefficients depend on the step here,
// so that of each the highest and the lowest count.
struct CablePlaceBound {
    double threshold_mV = std::numeric_limits<double>::infinity();  //!< of V - V_inf
    double by_current = 0;                                          //!< A
    double by_tip = 0;                                              //!< B
    double v_above = 0, v_below = 0;                                //!< of w_0 and W
    double current_above = 0, current_below = 0;                    //!< of c_0 [mV/nA]
    double end_current_above = 0, end_current_below = 0;            //!< of C [mV/nA]
    double margin_mV = 0;

    ENGRAM_HD_INLINE bool is_below(const BlockEnds& ends, const CableState& s,
                                   const BlockEnds::End& end, double highest_input_mV) const {
        const double w = s.v_mV - ends.v_inf_mV;
        const double c = s.i_syn_nA + s.i_bg_nA;
        const double higher = w > end.v_mV ? w : end.v_mV;
        const double lower = w < end.v_mV ? w : end.v_mV;
        const double tip = by_tip * s.i_tip_nA;
        double highest = margin_mV + highest_input_mV;
        highest += tip > 0.0 ? tip : 0.0;
        highest = std::fma(end.current_nA > 0.0 ? end_current_above : end_current_below,
                           end.current_nA, highest);
        highest = std::fma(c > 0.0 ? current_above : current_below, c, highest);
        highest = std::fma(v_below, lower < 0.0 ? lower : 0.0, highest);
        highest = std::fma(v_above, higher > 0.0 ? higher : 0.0, highest);
        return highest < threshold_mV;
    }
};

struct CableEnds : BlockEnds {
    CablePlaceBound soma;
    CablePlaceBound tip;  //!< always below where it resets nothing

    ENGRAM_HD_INLINE CableState at_end(const CableState& s, const End& end,
                                       const CableBlockInput& input) const {
        return {BlockEnds::at_end(s, end, input), std::fma(current_decay, s.i_tip_nA, input.tip_nA),
                0.0, s.silent_resets};
    }
    //! Whether the neuron is certain to be below threshold wherever that is tested. Quicker than
    //! is_below, and true only where that is.
    ENGRAM_HD_INLINE bool is_below_quickly(const CableState& s, const End& end,
                                           const CableBlockInput& input) const {
        return soma.is_below(*this, s, end, input.highest_mV) &
               tip.is_below(*this, s, end, input.highest_tip_mV) & is_free(s);
    }
    //! Whether a neuron is released before the first step, and no stimulus has just ended.
    ENGRAM_HD_INLINE static bool is_free(const CableState& s) {
        return BlockEnds::is_free(s) & (s.i_stim_nA == 0.0);
    }
};

// Of a place, by number of steps since the begin of the block, as in BlockSolution.
struct CablePlaceTables {
    double drive[max_block_steps] = {};     //!< of c_0 [mV/nA]
    double by_first[max_block_steps] = {};  //!< of z_1 [mV]
    double by_second[max_block_steps] = {};
    double margin_mV[max_block_steps] = {};
};

struct CableSolution : CableEnds {
    BlockSolution of_mean;  //!< of U
    // By step of the block; see CableInputEffect.
    double soma_by_soma[max_block_steps] = {};
    double tip_by_tip[max_block_steps] = {};
    double across[max_block_steps] = {};
    double across_lowest[max_block_steps] = {};
    double inner_current_decay[max_block_steps] = {};  //!< e^s by number of steps s
    CablePlaceTables soma_within;
    CablePlaceTables tip_within;
    bool tests_tip = false;

    ENGRAM_HD_INLINE CableInputEffect input_effect(int k) const {
        return {of_mean.input_drive[k],
                of_mean.input_decay[k],
                soma_by_soma[k],
                tip_by_tip[k],
                across[k],
                across_lowest[k]};
    }
    //! Likewise, exact but for the noise that z leaves open and for when the input comes.
    ENGRAM_HD_INLINE bool is_below(const CableState& s, const NoisePair& z,
                                   const CableBlockInput& input) const {
        return is_free(s) && is_below(s, z, soma, soma_within, input.highest_mV) &&
               (!tests_tip || is_below(s, z, tip, tip_within, input.highest_tip_mV));
    }
    ENGRAM_HD_INLINE void take_out(NoisePair& left, int k, double xi) const {
        of_mean.take_out(left, k, xi);
    }
    ENGRAM_HD_INLINE double refined(int k, double xi, const NoisePair& left) const {
        return of_mean.refined(k, xi, left);
    }

  private:
    ENGRAM_HD_INLINE bool is_below(const CableState& s, const NoisePair& z,
                                   const CablePlaceBound& place, const CablePlaceTables& within,
                                   double highest_input_mV) const {
        const double w = s.v_mV - v_inf_mV;
        const double c = s.i_syn_nA + s.i_bg_nA;
        const double tip = place.by_tip * s.i_tip_nA;
        const double at_begin = w + std::fma(place.by_current, c, tip);
        double highest = at_begin;
#if !defined(__CUDACC__)
#pragma omp simd reduction(max : highest)
#endif
        for (int i = 1; i < steps; ++i) {
            const double noise_mV =
                std::fma(within.by_first[i], z.first,
                         std::fma(within.by_second[i], z.second,
                                  std::fma(inner_current_decay[i], tip, within.margin_mV[i])));
            const double here = std::fma(of_mean.inner_membrane_decay[i], w,
                                         std::fma(within.drive[i], c, noise_mV));
            highest = here > highest ? here : highest;
        }
        return (highest + highest_input_mV < place.threshold_mV) & (at_begin < place.threshold_mV);
    }
};

//! \param of_mean       of U, as a point neuron's
//! \param p             propagator of U
//! \param tests_tip     whether a tip above threshold matters
//! \param sigma_nA      stationary standard deviation of the background
//! \param n_deviations  see noise_bound
inline CableSolution make_cable_solution(const BlockSolution& of_mean, const NeuronPropagator& p,
                                         const CablePlace& soma, const CablePlace& tip,
                                         bool tests_tip, double sigma_nA,
                                         double n_deviations = noise_bound) {
    CableSolution b;
    static_cast<BlockEnds&>(b) = of_mean;
    b.of_mean = of_mean;
    b.tests_tip = tests_tip;
    const auto n = static_cast<std::size_t>(of_mean.steps);
    const double g = sigma_nA * p.drive_noise_per_sigma;
    const double h = sigma_nA * p.noise_per_sigma;
    std::vector<double> membrane(n + 1, 1.0), current(n + 1, 1.0), drive(n + 1, 0.0);
    for (std::size_t j = 0; j < n; ++j) {
        drive[j + 1] = p.membrane_decay * drive[j] + p.drive_per_nA * current[j];
        membrane[j + 1] = membrane[j] * p.membrane_decay;
        current[j + 1] = current[j] * p.current_decay;
    }
    for (std::size_t s = 0; s < n; ++s) b.inner_current_decay[s] = current[s];

    // Input acts from the step after its arrival on.
    double soma_by_soma = 0.0, tip_by_tip = 0.0, across = 0.0, across_lowest = 0.0;
    for (std::size_t k = n; k-- > 0;) {
        const std::size_t j = n - 1 - k;
        if (j > 0) {
            const auto effect = [&](double direct) { return drive[j] + direct * current[j]; };
            soma_by_soma = std::max(soma_by_soma, effect(soma.by_current));
            tip_by_tip = std::max(tip_by_tip, effect(tip.by_current + tip.by_tip));
            across = std::max(across, effect(tip.by_current));
            across_lowest = std::min(across_lowest, effect(tip.by_current));
        }
        b.soma_by_soma[k] = soma_by_soma;
        b.tip_by_tip[k] = tip_by_tip;
        b.across[k] = across;
        b.across_lowest[k] = across_lowest;
    }

    const auto dot = [n](const std::vector<double>& x, const double* y) {
        double sum = 0.0;
        for (std::size_t k = 0; k < n; ++k) sum += x[k] * y[k];
        return sum;
    };
    const auto bound = [&](const CablePlace& place, CablePlaceBound& quick,
                           CablePlaceTables& within) {
        quick.threshold_mV = of_mean.threshold_mV - place.mean_mV;
        quick.by_current = place.by_current;
        quick.by_tip = place.by_tip;
        quick.v_above = 1.0;
        quick.current_above = std::max(place.by_current, 0.0);
        quick.current_below = std::min(place.by_current, 0.0);
        for (std::size_t s = 1; s < n; ++s) {
            // On V at step s.
            std::vector<double> effect(n, 0.0);
            for (std::size_t k = 0; k < s; ++k) {
                const std::size_t j = s - 1 - k;
                effect[k] = membrane[j] * g + drive[j] * h + place.by_current * (h * current[j]);
            }
            within.drive[s] = drive[s] + place.by_current * current[s];
            within.by_first[s] = dot(effect, of_mean.first);
            within.by_second[s] = dot(effect, of_mean.second);
            for (std::size_t k = 0; k < n; ++k)
                effect[k] -=
                    within.by_first[s] * of_mean.first[k] + within.by_second[s] * of_mean.second[k];
            within.margin_mV[s] = n_deviations * std::sqrt(dot(effect, effect.data()));

            double gamma = 0.0, delta = 0.0;
            if (of_mean.v_by_second > 0.0) {
                gamma = within.by_second[s] / of_mean.v_by_second;
                delta =
                    (within.by_first[s] - gamma * of_mean.v_by_first) / of_mean.current_by_first;
            }
            const double alpha = membrane[s] - gamma * membrane[n];
            const double beta = within.drive[s] - gamma * drive[n] - delta * current[n];
            quick.v_above = std::max(quick.v_above, std::max(alpha, 0.0) + std::max(gamma, 0.0));
            quick.v_below = std::min(quick.v_below, std::min(alpha, 0.0) + std::min(gamma, 0.0));
            quick.current_above = std::max(quick.current_above, beta);
            quick.current_below = std::min(quick.current_below, beta);
            quick.end_current_above = std::max(quick.end_current_above, delta);
            quick.end_current_below = std::min(quick.end_current_below, delta);
            quick.margin_mV = std::max(quick.margin_mV, within.margin_mV[s]);
        }
    };
    bound(soma, b.soma, b.soma_within);
    if (tests_tip) bound(tip, b.tip, b.tip_within);
    return b;
}

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// The neuron of model/neuron.hpp over a whole block of steps at once.
//
// Below threshold it is linear, and the n standard normal numbers xi of a block enter its end by
// two sums alone,
//     z_1 = sum_k q1_k xi_k  (with it the current),   z_2 = sum_k q2_k xi_k  (also the potential),
// which are independent standard normal numbers: q1 and q2 are orthonormal. So these two are drawn,
// and give the end of the block. That V has not reached the threshold in between follows from a
// bound. Where it does not, the block is refined: the xi are drawn given z_1 and z_2, and the
// neuron goes step by step.
//
// In the comments w = V - V_inf, c = I_syn + I_bg (from its mean), m = exp(-dt/tau_mem),
// e = exp(-dt/tau_syn), and
//     D_j  effect on w of 1 nA of I_syn or I_bg j steps earlier: D_0 = 0, D_{j+1} = m D_j + d e^j
//     K_j  effect on w of xi j + 1 steps earlier: K_j = m^j g + D_j h
// with d, g, h the drive_per_nA of a step and its noise (StepNeuron).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "model/calcium.hpp"
#include "model/macros.hpp"
#include "model/neuron.hpp"

namespace engram::model {

// The two normal numbers of a block, or of what is left of them.
struct NoisePair {
    double first = 0;
    double second = 0;
};

// What a current that is known at each step of a block does to w: with v_k its effect within step
// k, sum over k < s of m^{s-1-k} v_k at the beginning of step s.
struct CurrentEffect {
    double v_mV = 0;  //!< at the end of the block
    double highest_mV =
        0;  //!< at most at the beginning of any of its steps; 0 at that of the first

    //! Call for each step of the block, in their order.
    //! \param step_mV  effect within the step
    ENGRAM_HD_INLINE void add_step(double membrane_decay, double step_mV) {
        highest_mV = v_mV > highest_mV ? v_mV : highest_mV;
        v_mV = std::fma(membrane_decay, v_mV, step_mV);
    }
    //! Adds another current. Call in the order of the stimuli.
    ENGRAM_HD_INLINE void add(const CurrentEffect& other) {
        v_mV += other.v_mV;
        highest_mV += other.highest_mV;
    }
};

// What input of a block does to the end of it; sums over its arrivals in the order of their steps.
struct BlockInput {
    double v_mV = 0;        //!< P_w: on w
    double current_nA = 0;  //!< P_y: on I_syn
    double highest_mV = 0;  //!< no more than this on w at any step within the block

    //! Adds stimulus currents, all in one. Call after all input.
    ENGRAM_HD_INLINE void add(const CurrentEffect& currents) {
        v_mV += currents.v_mV;
        highest_mV += currents.highest_mV;
    }

    static constexpr auto parts() {
        return std::tuple{&BlockInput::v_mV, &BlockInput::current_nA, &BlockInput::highest_mV};
    }
};

// Of an input that arrives at a step of the block.
struct InputEffect {
    double drive;          //!< on w at the end [mV/nA]
    double decay;          //!< on I_syn at the end
    double highest_drive;  //!< on w at any step within the block [mV/nA]

    //! Call in the order of the steps.
    ENGRAM_HD_INLINE void add(BlockInput& sums, double input_nA) const {
        sums.v_mV = std::fma(drive, input_nA, sums.v_mV);
        sums.current_nA = std::fma(decay, input_nA, sums.current_nA);
        sums.highest_mV = std::fma(highest_drive, input_nA > 0.0 ? input_nA : 0.0, sums.highest_mV);
    }
};

// What is the same for every step: enough for the end of a block, and for a quick look within.
struct BlockEnds {
    int steps = 0;
    double v_inf_mV = 0;          //!< that V tends to
    double threshold_mV = 0;      //!< of w
    double membrane_decay = 0;    //!< m^n
    double current_decay = 0;     //!< e^n
    double drive_per_nA = 0;      //!< D_n
    double current_by_first = 0;  //!< effect of z_1 on I_bg [nA]
    double v_by_first = 0;        //!< effect of z_1 on w [mV]
    double v_by_second = 0;
    // The quick bound; see is_below_quickly.
    double quick_v = 0;
    double quick_current = 0;      //!< [mV/nA]
    double quick_end_current = 0;  //!< [mV/nA]
    double quick_margin_mV = 0;    //!< infinite where the bound does not hold

    // Without input.
    struct End {
        double v_mV;        //!< w
        double current_nA;  //!< I_syn + I_bg
        double i_bg_nA;
    };
    ENGRAM_HD_INLINE End end(const NeuronState& s, const NoisePair& z) const {
        const double w = s.v_mV - v_inf_mV;
        const double c = s.i_syn_nA + s.i_bg_nA;
        const double noise_nA = current_by_first * z.first;
        const double noise_mV = std::fma(v_by_first, z.first, v_by_second * z.second);
        return {std::fma(membrane_decay, w, std::fma(drive_per_nA, c, noise_mV)),
                std::fma(current_decay, c, noise_nA), std::fma(current_decay, s.i_bg_nA, noise_nA)};
    }
    //! The state at the end of the block if the neuron was free all along.
    ENGRAM_HD_INLINE NeuronState at_end(const NeuronState& s, const End& end,
                                        const BlockInput& input) const {
        return {v_inf_mV + (end.v_mV + input.v_mV),
                std::fma(current_decay, s.i_syn_nA, input.current_nA), end.i_bg_nA, 0.0};
    }

    //! Whether V is certain to be below threshold at the beginning of each step. Quicker than
    //! is_below, and true only where that is.
    //!
    //! With the end of the noise alone (W, C) in place of z, the mean of w at step s is
    //! alpha_s w_0 + beta_s c_0 + gamma_s W + delta_s C + inputs, alpha, beta, gamma >= 0 >= delta.
    ENGRAM_HD_INLINE bool is_below_quickly(const NeuronState& s, const End& end,
                                           const BlockInput& input) const {
        const double w = s.v_mV - v_inf_mV;
        const double c = s.i_syn_nA + s.i_bg_nA;
        const double higher = w > end.v_mV ? w : end.v_mV;
        const double v = higher > 0.0 ? higher : 0.0;
        const double current = c > 0.0 ? c : 0.0;
        const double end_current = end.current_nA < 0.0 ? -end.current_nA : 0.0;
        const double highest = std::fma(
            quick_v, v,
            std::fma(quick_current, current,
                     std::fma(quick_end_current, end_current, quick_margin_mV + input.highest_mV)));
        return (highest < threshold_mV) & is_free(s);
    }
    //! Whether a neuron is released before the first step.
    ENGRAM_HD_INLINE static bool is_free(const NeuronState& s) { return s.refractory <= 1.0; }
};

struct BlockSolution : BlockEnds {
    // By step k of the block:
    double first[max_block_steps] = {};          //!< q1
    double second[max_block_steps] = {};         //!< q2
    double input_drive[max_block_steps] = {};    //!< D_{n-k} [mV/nA]
    double input_decay[max_block_steps] = {};    //!< e^{n-k}
    double highest_drive[max_block_steps] = {};  //!< max of D_0 ... D_{n-1-k} [mV/nA]
    // By number of steps s since the begin of the block, of 1 ... n - 1 at place s:
    double inner_membrane_decay[max_block_steps] = {};  //!< m^s
    double inner_drive[max_block_steps] = {};           //!< D_s [mV/nA]
    double inner_by_first[max_block_steps] = {};        //!< C_s q1 [mV]; see make_block_solution
    double inner_by_second[max_block_steps] = {};
    double inner_margin_mV[max_block_steps] = {};  //!< what is left of the noise at most

    //! Of an input that arrives at step k.
    ENGRAM_HD_INLINE InputEffect input_effect(int k) const {
        return {input_drive[k], input_decay[k], highest_drive[k]};
    }

    //! Likewise, exact but for the noise that z leaves open and for when the input comes.
    ENGRAM_HD_INLINE bool is_below(const NeuronState& s, const NoisePair& z,
                                   const BlockInput& input) const {
        const double w = s.v_mV - v_inf_mV;
        const double c = s.i_syn_nA + s.i_bg_nA;
        double highest = w;
#if !defined(__CUDACC__)
#pragma omp simd reduction(max : highest)
#endif
        for (int i = 1; i < steps; ++i) {
            const double here = std::fma(
                inner_membrane_decay[i], w,
                std::fma(inner_drive[i], c,
                         std::fma(inner_by_first[i], z.first,
                                  std::fma(inner_by_second[i], z.second, inner_margin_mV[i]))));
            highest = here > highest ? here : highest;
        }
        return (highest + input.highest_mV < threshold_mV) & (w < threshold_mV) & is_free(s);
    }
    //! Counts a normal number in: what is left of z when all have been.
    ENGRAM_HD_INLINE void take_out(NoisePair& left, int k, double xi) const {
        left.first = std::fma(-first[k], xi, left.first);
        left.second = std::fma(-second[k], xi, left.second);
    }
    //! The normal number of step k given z.
    //! \param xi    independent of z
    //! \param left  of z, after all steps were taken out
    ENGRAM_HD_INLINE double refined(int k, double xi, const NoisePair& left) const {
        return std::fma(second[k], left.second, std::fma(first[k], left.first, xi));
    }
};

//! The inner noise that z leaves open is bounded by this many of its standard deviations. In the
//! background state of the published network a neuron reaches the threshold unnoticed in less than
//! 1e-16 of its blocks.
inline constexpr double noise_bound = 7.0;

//! \param v_inf_mV    that V tends to
//! \param sigma_nA    stationary standard deviation of the background; 0: no noise
//! \param steps       of the block, at most max_block_steps
//! \param n_deviations  see noise_bound
inline BlockSolution make_block_solution(const NeuronPropagator& p, double v_inf_mV,
                                         double sigma_nA, int steps,
                                         double n_deviations = noise_bound) {
    const auto n = static_cast<std::size_t>(steps);
    const double g = sigma_nA * p.drive_noise_per_sigma;
    const double h = sigma_nA * p.noise_per_sigma;
    std::vector<double> membrane(n + 1, 1.0), current(n + 1, 1.0), drive(n + 1, 0.0), noise(n);
    for (std::size_t j = 0; j < n; ++j) {
        drive[j + 1] = p.membrane_decay * drive[j] + p.drive_per_nA * current[j];
        membrane[j + 1] = membrane[j] * p.membrane_decay;
        current[j + 1] = current[j] * p.current_decay;
        noise[j] = membrane[j] * g + drive[j] * h;
    }
    BlockSolution b;
    b.steps = steps;
    b.v_inf_mV = v_inf_mV;
    b.threshold_mV = p.v_th_mV - v_inf_mV;
    b.membrane_decay = membrane[n];
    b.current_decay = current[n];
    b.drive_per_nA = drive[n];
    double highest_drive = 0.0;
    for (std::size_t k = n; k-- > 0;) {
        b.input_drive[k] = drive[n - k];
        b.input_decay[k] = current[n - k];
        highest_drive = std::max(highest_drive, drive[n - 1 - k]);
        b.highest_drive[k] = highest_drive;
    }
    // Gram-Schmidt of the effects on current and potential at the end.
    const auto dot = [n](const std::vector<double>& x, const double* y) {
        double sum = 0.0;
        for (std::size_t k = 0; k < n; ++k) sum += x[k] * y[k];
        return sum;
    };
    std::vector<double> on_current(n), on_v(n);
    for (std::size_t k = 0; k < n; ++k) {
        on_current[k] = h * current[n - 1 - k];
        on_v[k] = noise[n - 1 - k];
    }
    b.current_by_first = std::sqrt(dot(on_current, on_current.data()));
    if (b.current_by_first > 0.0)
        for (std::size_t k = 0; k < n; ++k) b.first[k] = on_current[k] / b.current_by_first;
    b.v_by_first = dot(on_v, b.first);
    std::vector<double> rest(n);
    for (std::size_t k = 0; k < n; ++k) rest[k] = on_v[k] - b.v_by_first * b.first[k];
    // Of one step nothing is left but rounding.
    if (n > 1) b.v_by_second = std::sqrt(dot(rest, rest.data()));
    if (b.v_by_second > 0.0)
        for (std::size_t k = 0; k < n; ++k) b.second[k] = rest[k] / b.v_by_second;

    b.quick_v = 1.0;
    bool quick_holds = true;
    for (std::size_t s = 1; s < n; ++s) {
        // C_s: effect on w at step s.
        std::vector<double> effect(n, 0.0);
        for (std::size_t k = 0; k < s; ++k) effect[k] = noise[s - 1 - k];
        b.inner_membrane_decay[s] = membrane[s];
        b.inner_drive[s] = drive[s];
        b.inner_by_first[s] = dot(effect, b.first);
        b.inner_by_second[s] = dot(effect, b.second);
        for (std::size_t k = 0; k < n; ++k)
            effect[k] -= b.inner_by_first[s] * b.first[k] + b.inner_by_second[s] * b.second[k];
        b.inner_margin_mV[s] = n_deviations * std::sqrt(dot(effect, effect.data()));

        double gamma = 0.0, delta = 0.0;
        if (b.v_by_second > 0.0) {
            gamma = b.inner_by_second[s] / b.v_by_second;
            delta = (b.inner_by_first[s] - gamma * b.v_by_first) / b.current_by_first;
        }
        const double alpha = membrane[s] - gamma * membrane[n];
        const double beta = drive[s] - gamma * drive[n] - delta * current[n];
        quick_holds = quick_holds && alpha >= 0.0 && beta >= 0.0 && gamma >= 0.0 && delta <= 0.0;
        b.quick_v = std::max(b.quick_v, alpha + gamma);
        b.quick_current = std::max(b.quick_current, beta);
        b.quick_end_current = std::max(b.quick_end_current, -delta);
        b.quick_margin_mV = std::max(b.quick_margin_mV, b.inner_margin_mV[s]);
    }
    if (!quick_holds) b.quick_margin_mV = std::numeric_limits<double>::infinity();
    return b;
}

}  // namespace engram::model

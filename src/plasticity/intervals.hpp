// SPDX-License-Identifier: Apache-2.0
// The early phase of one synapse over part of a window: one exact draw for each interval in which
// calcium stays in a zone, cut where a spike arrives. Draws are keyed by (pre, post, closing step).
#pragma once

#include "model/early_phase.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/window.hpp"

namespace engram::plasticity {

// A synapse, what its zone depends on of its neurons, and what its draws are keyed by.
template <class M>
struct ActiveSynapse {
    model::CalciumTrace pre;
    model::CalciumTrace post;
    std::uint32_t source;   //!< global id
    std::uint32_t post_id;  //!< global id
    typename M::Early::Recent pre_recent;
    typename M::Early::Recent post_recent;
};

//! Last arrival before a step, or 0: the step to which a row's active synapses have been brought.
ENGRAM_HD_INLINE int last_cut(const model::StepSet& arrivals, int before) {
    const int last = arrivals.last_before(before);
    return last < 0 ? 0 : last;
}

//! First step behind one at which calcium jumps, or `end`.
ENGRAM_HD_INLINE int next_jump(const model::CalciumTrace& pre, const model::CalciumTrace& post,
                               int step, int end) {
    return pre.jumps.first_from(step + 1, post.jumps.first_from(step + 1, end));
}

// Weights at both ends of a draw.
struct Draw {
    double h_from_mV;
    double h_to_mV;
    double g_to;  //!< h_to relative to E at the end
};

template <class M>
ENGRAM_HD_INLINE Draw draw_interval(const Physics<M>& physics, const Window& window,
                                    const ActiveSynapse<M>& synapse, double g, model::Zone zone,
                                    int from, int to) {
    double noise = 0.0;
    if (physics.noisy_early_phase) {
        const auto words =
            physics.streams(model::Purpose::early_phase, synapse.source, synapse.post_id,
                            static_cast<std::uint64_t>(window.begin + to));
        noise = model::normal_pair(words.word[0], words.word[1]).first;
    }
    const double h_0 = physics.early.h_0_mV;
    const double h = std::fma(g, window.relaxation[from], h_0);
    const double next = physics.early.advance(h, zone, to - from, noise);
    return {h, next, (next - h_0) * window.inverse_relaxation[to]};
}

// An interval of steps within one zone that is not passive.
struct ZoneInterval {
    model::Zone zone = model::Zone::passive;
    int from = 0;
    int to = 0;
};

//! The first active interval that begins at `from` or later, cut at `end`; passive if there is
//! none.
//! \param zone_at    by step; falls, or stays, but at jumps: so do calcium, and numbers of recent
//!                    spikes, as those of the source rise at arrivals only, where `end` is, and
//!                    those of the target where it fires
//! \param jump_after  the first step of one behind a step, or `end`: calcium enters
template <class ZoneAt, class JumpAfter>
ENGRAM_HD_INLINE ZoneInterval next_interval(int from, int end, ZoneAt zone_at,
                                            JumpAfter jump_after) {
    ZoneInterval interval{model::Zone::passive, from, from};
    for (; interval.from < end; interval.from = jump_after(interval.from)) {
        interval.zone = zone_at(interval.from);
        if (interval.zone != model::Zone::passive) break;
    }
    interval.to = interval.from;
    while (interval.to < end) {
        const int stop = jump_after(interval.to);
        if (zone_at(stop - 1) != interval.zone) {
            // Without branches: which half it is can hardly be predicted.
            for (int within = stop - 1 - interval.to; within > 1;) {
                const int half = within / 2;
                interval.to += half * (zone_at(interval.to + half) == interval.zone ? 1 : 0);
                within -= half;
            }
            ++interval.to;
            break;
        }
        interval.to = stop;
        if (stop < end && zone_at(stop) != interval.zone) break;
    }
    return interval;
}

template <class M>
ENGRAM_HD_INLINE ZoneInterval next_interval(const Physics<M>& physics,
                                            const ActiveSynapse<M>& synapse, int from, int end) {
    const auto zone_at = [&](int step) {
        return physics.early.zone(synapse.pre.at(step, physics.calcium_decay) +
                                      synapse.post.at(step, physics.calcium_decay),
                                  physics.early.flags(synapse.pre, synapse.pre_recent, step),
                                  physics.early.flags(synapse.post, synapse.post_recent, step));
    };
    const auto jump_after = [&](int step) {
        return next_jump(synapse.pre, synapse.post, step, end);
    };
    return next_interval(from, end, zone_at, jump_after);
}

//! Brings g over steps [from, to), between which no spike arrives, and returns the number of draws.
template <class M>
ENGRAM_HD_INLINE int advance_early_phase(const Physics<M>& physics, const Window& window,
                                         const ActiveSynapse<M>& synapse, int from, int to,
                                         double& g) {
    int n_draws = 0;
    for (int step = from; step < to;) {
        const ZoneInterval interval = next_interval(physics, synapse, step, to);
        if (interval.zone == model::Zone::passive) break;
        step = interval.to;
        g = draw_interval(physics, window, synapse, g, interval.zone, interval.from, interval.to)
                .g_to;
        ++n_draws;
    }
    return n_draws;
}

}  // namespace engram::plasticity

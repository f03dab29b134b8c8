// SPDX-License-Identifier: Apache-2.0
// The early phase of one synapse over part of a block: one exact draw for each interval in which
// calcium stays in a zone. Draws are keyed by (pre, post, closing step).
#pragma once

#include "model/early_phase.hpp"
#include "plasticity/block.hpp"
#include "plasticity/physics.hpp"

namespace engram::plasticity {

// A synapse, the calcium of its neurons, and what its draws are keyed by.
struct ActiveSynapse {
    model::CalciumTrace pre;
    model::CalciumTrace post;
    std::uint32_t source;   //!< global id
    std::uint32_t post_id;  //!< global id
};

//! Last arrival before a step, or 0: the step to which a row's active synapses have been brought.
ENGRAM_HD_INLINE int last_cut(model::BlockMask arrivals, int before) {
    const model::BlockMask earlier = arrivals & model::bits_before(before);
    if (earlier == 0) return 0;
#if defined(__CUDA_ARCH__)
    return 63 - __clzll(static_cast<long long>(earlier));
#else
    return 63 - __builtin_clzll(earlier);
#endif
}

//! First arrival after a step, or `end`.
ENGRAM_HD_INLINE int next_cut(model::BlockMask arrivals, int after, int end) {
    const model::BlockMask later = arrivals & ~model::bits_before(after + 1);
    if (later == 0) return end;
    const int cut = model::CalciumTrace::lowest(later);
    return cut < end ? cut : end;
}

// Weights at both ends of a draw.
struct Draw {
    double h_from_mV;
    double h_to_mV;
    double g_to;  //!< h_to relative to E at the end
};

template <class M>
ENGRAM_HD_INLINE Draw draw_interval(const Physics<M>& physics, const Block& block,
                                    const ActiveSynapse& synapse, double g, model::Zone zone,
                                    int from, int to) {
    double noise = 0.0;
    if (physics.noisy_early_phase) {
        const auto words =
            physics.streams(model::Purpose::early_phase, synapse.source, synapse.post_id,
                            static_cast<std::uint64_t>(block.begin + to));
        noise = model::normal_pair(words.word[0], words.word[1]).first;
    }
    const double h_0 = physics.early.h_0_mV;
    const double h = std::fma(g, block.relaxation[from], h_0);
    const double next = physics.early.advance(h, zone, to - from, noise);
    return {h, next, (next - h_0) * block.inverse_relaxation[to]};
}

// An interval of steps within one zone that is not passive.
struct ZoneInterval {
    model::Zone zone = model::Zone::passive;
    int from = 0;
    int to = 0;
};

//! The first active interval that begins at `from` or later, cut at `end`; passive if there is
//! none.
template <class M>
ENGRAM_HD_INLINE ZoneInterval next_interval(const Physics<M>& physics, const ActiveSynapse& synapse,
                                            int from, int end) {
    const model::Flags pre = physics.early.flags(synapse.pre);
    const model::Flags post = physics.early.flags(synapse.post);
    const auto zone_at = [&](int step) {
        return physics.early.zone(synapse.pre.at(step, physics.calcium_decay) +
                                      synapse.post.at(step, physics.calcium_decay),
                                  pre, post);
    };
    ZoneInterval interval{model::Zone::passive, from, from};
    while (interval.from < end) {
        interval.zone = zone_at(interval.from);
        if (interval.zone != model::Zone::passive) break;
        ++interval.from;
    }
    interval.to = interval.from;
    while (interval.to < end &&
           (interval.to == interval.from || zone_at(interval.to) == interval.zone))
        ++interval.to;
    return interval;
}

//! Brings g over steps [from, to) and returns the number of draws.
template <class M>
ENGRAM_HD_INLINE int advance_early_phase(const Physics<M>& physics, const Block& block,
                                         const ActiveSynapse& synapse, int from, int to,
                                         double& g) {
    int n_draws = 0;
    for (int step = from; step < to;) {
        const ZoneInterval interval = next_interval(physics, synapse, step, to);
        if (interval.zone == model::Zone::passive) break;
        g = draw_interval(physics, block, synapse, g, interval.zone, interval.from, interval.to)
                .g_to;
        ++n_draws;
        step = interval.to;
    }
    return n_draws;
}

}  // namespace engram::plasticity

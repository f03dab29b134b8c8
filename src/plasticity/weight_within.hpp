// SPDX-License-Identifier: Apache-2.0
// Tells the weight of a synapse at steps within a window without changing its course: the weight at
// the start of the window is kept, and the draws, which are keyed, are repeated.
#pragma once

#include "plasticity/intervals.hpp"
#include "plasticity/samples.hpp"

namespace engram::plasticity {

// One synapse at the steps of a window.
template <class M>
struct WeightWithin {
    const Physics<M>& physics;
    const Window& window;
    ActiveSynapse<M> synapse;
    model::StepSet arrivals;
    double g_before;  //!< at the start of the window

    //! \param z       which is the same in the whole window
    //! \param values  of the columns at a step
    ENGRAM_HD_INLINE void sample(int step, double z, double* values) const {
        values[column_ca] = synapse.pre.at(step, physics.calcium_decay) +
                            synapse.post.at(step, physics.calcium_decay);
        values[column_h] = h_mV(step);
        values[column_z] = z;
    }

    ENGRAM_HD_INLINE double h_mV(int step) const {
        if (!window.conditions.plasticity)
            return std::fma(g_before, window.relaxation[step], physics.early.h_0_mV);
        double g = g_before;
        int last = -1;  // end of the last draw
        double h_last = 0.0;
        for (int from = 0; from < window.steps;) {
            const int end = arrivals.first_from(from + 1, window.steps);
            const ZoneInterval interval = next_interval(physics, synapse, from, end);
            from = interval.to;
            if (interval.zone == model::Zone::passive) continue;
            const Draw draw = draw_interval(physics, window, synapse, g, interval.zone,
                                            interval.from, interval.to);
            if (step < interval.from)
                return last < 0 ? relaxed(draw.h_from_mV, interval.from, step)
                                : relaxed(h_last, last, step);
            if (step < interval.to) return bridge(draw, interval, step);
            g = draw.g_to;
            h_last = draw.h_to_mV;
            last = interval.to;
        }
        return last < 0 ? std::fma(g, window.relaxation[step], physics.early.h_0_mV)
                        : relaxed(h_last, last, step);
    }

  private:
    ENGRAM_HD_INLINE double relaxed(double h_mV, int from, int step) const {
        const double h_0 = physics.early.h_0_mV;
        return h_0 + (h_mV - h_0) * window.relaxation[step] * window.inverse_relaxation[from];
    }

    // Every step before the wanted one is filled in as well, each given its predecessor.
    ENGRAM_HD_INLINE double bridge(const Draw& draw, const ZoneInterval& interval, int step) const {
        double h = draw.h_from_mV;
        for (int s = interval.from + 1; s <= step; ++s) {
            const auto words =
                physics.streams(model::Purpose::recording_bridge, synapse.source, synapse.post_id,
                                static_cast<std::uint64_t>(window.begin + s));
            const double noise = model::normal_pair(words.word[0], words.word[1]).first;
            h = physics.early.between(h, 1, draw.h_to_mV, interval.to - s, interval.zone, noise);
        }
        return h;
    }
};

}  // namespace engram::plasticity

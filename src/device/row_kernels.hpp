// SPDX-License-Identifier: Apache-2.0
// Kernels that end a block: find the rows of plastic synapses with work to do, and do it.
#pragma once

#include <limits>

#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "device/block_task.hpp"

namespace engram::device {

// Item = row, and local neuron of that number. Moves the neuron's calcium trace to the next block,
// and that of the row's source; lists the row if it has work.
template <class M>
struct SelectRows {
    static constexpr const char* name = "select rows";
    Arrays<M> arrays;
    Physics<M> physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const auto i = static_cast<std::uint32_t>(item);
        const BlockTask& t = *task;
        const int next = 1 - t.parity;
        if (i < arrays.n_local)
            arrays.calcium[next].post_start[i] =
                arrays.post(i, t.parity, physics).at_end(t.steps, physics.calcium_decay);
        if (i >= arrays.plastic.n_sources) return;
        const model::CalciumTrace pre = arrays.pre(i, t.parity, physics);
        arrays.calcium[next].pre_start[i] = pre.at_end(t.steps, physics.calcium_decay);
        arrays.calcium[next].pre_jumps[i] = 0;
        arrays.calcium[next].arrivals[i] = 0;
        if (!t.conditions.plasticity) return;

        const bool active =
            pre.upper_bound() + arrays.counters->highest_post >= physics.early.theta_d;
        const bool expiring =
            arrays.tag_watch[i] * t.relaxation[t.steps] < physics.late.theta_tag_mV;
        if (!active && !expiring) return;
        // Every synapse of the row that keeps its tag registers again.
        if (expiring) arrays.tag_watch[i] = std::numeric_limits<double>::infinity();
        arrays.row_tasks[fetch_add(&arrays.counters->n_row_tasks, 1)] = {
            i, static_cast<std::uint16_t>(active), static_cast<std::uint16_t>(expiring)};
    }
};

// Item = listed row; lanes share its synapses. Brings active synapses to the end of the block and
// updates tags.
template <class M>
struct FinishRows {
    static constexpr const char* name = "finish rows";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    Physics<M> physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.counters->n_row_tasks; }

    ENGRAM_HD_INLINE void operator()(std::uint64_t item, int lane, int lanes) const {
        const RowTask row = arrays.row_tasks[item];
        const BlockTask& t = *task;
        const model::CalciumTrace pre = arrays.pre(row.source, t.parity, physics);
        const int from =
            plasticity::last_cut(arrays.calcium[t.parity].arrivals[row.source], t.steps);
        const Bounds bounds = bounds_of(pre, from);
        std::uint32_t n_draws = 0;
        for (std::uint64_t k = arrays.plastic.offsets[row.source] + lane;
             k < arrays.plastic.offsets[row.source + 1]; k += lanes) {
            const std::uint32_t target = arrays.plastic.targets[k];
            if (row.active &&
                bounds.highest + arrays.post_highest[target] >= physics.early.theta_d) {
                n_draws += finish(k, row.source, target, pre, bounds, from);
                watch(row.source,
                      arrays.update_tag(k, target, t.relaxation[t.steps], physics.late));
            } else if (row.expiring) {
                watch(row.source,
                      arrays.expire_tag(k, target, t.relaxation[t.steps], physics.late));
            }
        }
        if (n_draws > 0)
            fetch_add(&arrays.n_draws[row.source % n_draw_counters], model::FixedPoint{n_draws});
    }

  private:
    // Of the presynaptic trace: over what is left of the block, and over all of it.
    struct Bounds {
        double lowest;
        double highest;
    };

    ENGRAM_HD_INLINE Bounds bounds_of(const model::CalciumTrace& pre, int from) const {
        Bounds bounds{pre.at(from, physics.calcium_decay), pre.upper_bound()};
        for (int s = from + 1; s < task->steps; ++s) {
            const double value = pre.at(s, physics.calcium_decay);
            if (value < bounds.lowest) bounds.lowest = value;
        }
        return bounds;
    }

    ENGRAM_HD_INLINE int finish(std::uint64_t k, std::uint32_t source, std::uint32_t target,
                                const model::CalciumTrace& pre, const Bounds& bounds,
                                int from) const {
        const BlockTask& t = *task;
        const plasticity::ActiveSynapse synapse{pre, arrays.post(target, t.parity, physics), source,
                                                arrays.global_ids[target]};
        const double before = arrays.g[k];
        double g = before;
        int n_draws = 0;
        // Rounding is monotonic: if the sums of the lowest and of the highest values are in one
        // zone, every sum is.
        const double post_lowest = synapse.post.start * physics.calcium_decay.factor[t.steps - 1];
        const model::Flags pre_flags = physics.early.flags(synapse.pre);
        const model::Flags post_flags = physics.early.flags(synapse.post);
        const model::Zone zone =
            physics.early.zone(bounds.highest + arrays.post_highest[target], pre_flags, post_flags);
        if (zone == physics.early.zone(bounds.lowest + post_lowest, pre_flags, post_flags)) {
            if (zone == model::Zone::passive) return 0;
            g = plasticity::draw_interval(physics, t, synapse, g, zone, from, t.steps).g_to;
            n_draws = 1;
        } else {
            n_draws = plasticity::advance_early_phase(physics, t, synapse, from, t.steps, g);
        }
        if (n_draws == 0) return 0;
        arrays.g[k] = g;
        for (int i = 0; i < arrays.n_sums; ++i)
            fetch_add(&arrays.sum(i)[target], arrays.change_of_sum(i, before, g));
        return n_draws;
    }

    ENGRAM_HD_INLINE void watch(std::uint32_t source, double size) const {
        if (size < plasticity::no_watch) atomic_min_nonnegative(&arrays.tag_watch[source], size);
    }
};

}  // namespace engram::device

// SPDX-License-Identifier: Apache-2.0
// Kernels that end a window: find the rows of plastic synapses with work to do, and do it.
#pragma once

#include <limits>

#include "device/advance_synapse.hpp"
#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "device/block_task.hpp"

namespace engram::device {

// Item = row, and local neuron of that number. Moves the neuron's calcium trace to the next
// window, and that of the row's source; lists the row if it has work.
template <class M>
struct SelectRows {
    static constexpr const char* name = "select rows";
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const auto i = static_cast<std::uint32_t>(item);
        const BlockTask& t = *task;
        const int steps = t.window.steps;
        const int next = 1 - t.parity;
        if (i < arrays.n_local)
            arrays.calcium[next].post_start[i] =
                arrays.post(i, t.parity, *physics).at_end(steps, physics->calcium_decay);
        count_recent(i, t.parity, steps);
        if (i >= arrays.plastic.n_sources) return;
        const model::CalciumTrace pre = arrays.pre(i, t.parity, *physics);
        arrays.calcium[next].pre_start[i] =
            model::above_floor(pre.at_end(steps, physics->calcium_decay));
        arrays.calcium[next].pre_jumps[i] = {};
        arrays.calcium[next].arrivals[i] = {};
        if (!t.plasticity()) return;

        const bool active =
            pre.upper_bound() + arrays.counters->highest_post >= physics->early.theta_d;
        const bool expiring =
            arrays.tag_watch[i] * t.window.relaxation[steps] < physics->late.theta_tag_mV;
        if (!active && !expiring) return;
        // Every synapse of the row that keeps its tag registers again.
        if (expiring) arrays.tag_watch[i] = std::numeric_limits<double>::infinity();
        arrays.row_tasks[fetch_add(&arrays.counters->n_row_tasks, 1)] = {
            i, static_cast<std::uint16_t>(active), static_cast<std::uint16_t>(expiring)};
    }

  private:
    ENGRAM_HD_INLINE void count_recent(std::uint32_t i, int parity, int steps) const {
        if constexpr (asks_for_rates<typename M::Early>) {
            auto& next = arrays.recent[1 - parity];
            if (i < arrays.n_local) {
                next.post_recent[i] =
                    arrays.recent_of_neuron(i, parity, arrays.post_jumps[i]).at_end(steps);
                next.post_leaving[i] = {};
            }
            if (i >= arrays.plastic.n_sources) return;
            next.pre_recent[i] = arrays.recent_of_source(i, parity).at_end(steps);
            next.pre_leaving[i] = {};
        }
    }
};

// Item = listed row; lanes share its synapses. Brings active synapses to the end of the window and
// updates tags.
template <class M>
struct FinishRows {
    static constexpr const char* name = "finish rows";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.counters->n_row_tasks; }

    ENGRAM_HD_INLINE void operator()(std::uint64_t item, int lane, int lanes) const {
        const RowTask row = arrays.row_tasks[item];
        const BlockTask& t = *task;
        const plasticity::Window& window = t.window;
        const double relaxation = window.relaxation[window.steps];
        const model::CalciumTrace pre = arrays.pre(row.source, t.parity, *physics);
        const double highest_pre = pre.upper_bound();
        const int from =
            plasticity::last_cut(arrays.calcium[t.parity].arrivals[row.source], window.steps);
        std::uint32_t n_draws = 0;
        for (std::uint64_t k = arrays.plastic.offsets[row.source] + lane;
             k < arrays.plastic.offsets[row.source + 1]; k += lanes) {
            const std::uint32_t target = arrays.plastic.targets[k];
            if (row.active && highest_pre + arrays.post_highest[target] >= physics->early.theta_d) {
                n_draws +=
                    advance_synapse(arrays, *physics, window,
                                    arrays.synapse(pre, row.source, target, t.parity, *physics), k,
                                    target, from, window.steps);
                watch(row.source, arrays.update_tag(k, target, relaxation, physics->late));
            } else if (row.expiring) {
                watch(row.source, arrays.expire_tag(k, target, relaxation, physics->late));
            }
        }
        if (n_draws > 0)
            fetch_add(&arrays.n_draws[row.source % n_draw_counters], model::FixedPoint{n_draws});
    }

  private:
    ENGRAM_HD_INLINE void watch(std::uint32_t source, double size) const {
        if (size < plasticity::no_watch) atomic_min_nonnegative(&arrays.tag_watch[source], size);
    }
};

}  // namespace engram::device

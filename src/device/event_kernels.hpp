// SPDX-License-Identifier: Apache-2.0
// Kernels that begin a block: mark what happens in it, and deliver the spikes that arrive.
#pragma once

#include "device/advance_synapse.hpp"
#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "device/block_task.hpp"

namespace engram::device {

ENGRAM_HD_INLINE std::uint32_t event_neuron(PackedEvent event) {
    return static_cast<std::uint32_t>(event);
}
ENGRAM_HD_INLINE int event_step(PackedEvent event) {
    return static_cast<int>(event >> 32);
}

// Item = event; always run for one item at least.
template <class M>
struct MarkEvents {
    static constexpr const char* name = "mark events";
    Arrays<M> arrays;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const BlockTask& t = *task;
        if (item == 0) {
            *arrays.counters = {};
            if (t.first_of_epoch) {
                arrays.output[word_n_spikes] = 0;
                arrays.output[word_first_bad_neuron] = end_of_list;
            }
        }
        if (item < t.arriving.size) {
            const PackedEvent spike = t.arriving.items[item];
            if (arrays.populations[arrays.population_of(event_neuron(spike))].excitatory)
                mark(arrays.calcium[t.parity].arrivals[event_neuron(spike)],
                     t.at + event_step(spike) - t.offset);
        }
        if (item < t.influx.size) {
            const PackedEvent influx = t.influx.items[item];
            mark(arrays.calcium[t.parity].pre_jumps[event_neuron(influx)],
                 t.at + event_step(influx));
        }
        if (item < t.forced_by_neuron.size) {
            const PackedEvent spike = t.forced_by_neuron.items[item];
            mark(arrays.forced[event_neuron(spike)], event_step(spike));
        }
        if (item < t.inputs.size) {
            const InputTask& input = t.inputs.items[item];
            fetch_add(
                arrays.input_at(event_step(input.event), input.site, event_neuron(input.event)),
                input.weight);
        }
        if constexpr (asks_for_rates<typename M::Early>) {
            if (item < t.arrivals_leaving.size) {
                const PackedEvent leaving = t.arrivals_leaving.items[item];
                mark(arrays.recent[t.parity].pre_leaving[event_neuron(leaving)],
                     event_step(leaving));
            }
            if (item < t.spikes_leaving.size) {
                const PackedEvent leaving = t.spikes_leaving.items[item];
                mark(arrays.recent[t.parity].post_leaving[event_neuron(leaving)],
                     event_step(leaving));
            }
        }
    }

  private:
    ENGRAM_HD_INLINE static void mark(model::StepSet& steps, int step) {
        atomic_or(&steps.word[model::StepSet::word_of(step)], model::StepSet::bit_in_word(step));
    }
};

// What a spike of a source finds at its synapses in a block.
template <class M>
struct ArrivalBounds {
    const Arrays<M>& arrays;
    const Physics<M>& physics;
    const BlockTask& task;
    double highest_pre;      //!< in the window
    double highest_pre_now;  //!< in the block

    ENGRAM_HD_INLINE ArrivalBounds(const Arrays<M>& of, const Physics<M>& by, const BlockTask& in,
                                   const model::CalciumTrace& pre)
        : arrays(of),
          physics(by),
          task(in),
          highest_pre(pre.upper_bound()),
          highest_pre_now(pre.upper_bound_from(in.at, by.calcium_decay)) {}

    //! Whether a synapse could be active in the block.
    ENGRAM_HD_INLINE bool may_be_active(std::uint32_t target) const {
        const double now =
            task.at == 0 ? arrays.calcium[task.parity].post_start[target] : arrays.post_now[target];
        return highest_pre_now + now + task.highest_post_gain >= physics.early.theta_d;
    }
    //! Whether it could have been active in the window before.
    ENGRAM_HD_INLINE bool may_have_been_active(std::uint32_t target) const {
        return highest_pre + arrays.post_highest[target] >= physics.early.theta_d;
    }
};

// Item = spike, in a block within a window; lanes share its row. Brings those synapses to the step
// of the spike that have been active in the window and cannot be in the block. Others are passive,
// or brought up to date as their target advances.
template <class M>
struct CatchUp {
    static constexpr const char* name = "catch up";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return task->arriving.size; }

    ENGRAM_HD_INLINE void operator()(std::uint64_t item, int lane, int lanes) const {
        const BlockTask& t = *task;
        const PackedEvent spike = t.arriving.items[item];
        const std::uint32_t source = event_neuron(spike);
        if (!arrays.populations[arrays.population_of(source)].excitatory) return;
        const int to = t.at + event_step(spike) - t.offset;
        const int from = plasticity::last_cut(arrays.calcium[t.parity].arrivals[source], to);
        if (from >= t.at) return;  // an earlier spike of the block sees to it
        const model::CalciumTrace pre = arrays.pre(source, t.parity, *physics);
        const ArrivalBounds<M> bounds(arrays, *physics, t, pre);
        std::uint32_t n_draws = 0;
        const Rows& rows = arrays.plastic;
        for (std::uint64_t k = rows.offsets[source] + lane; k < rows.offsets[source + 1];
             k += lanes) {
            const std::uint32_t target = rows.targets[k];
            if (bounds.may_have_been_active(target) && !bounds.may_be_active(target))
                n_draws += advance_synapse(arrays, *physics, t.window,
                                           arrays.synapse(pre, source, target, t.parity, *physics),
                                           k, target, from, to);
        }
        if (n_draws > 0)
            fetch_add(&arrays.n_draws[source % n_draw_counters], model::FixedPoint{n_draws});
    }
};

// Item = (spike, one of the tables of its population); lanes share its row.
template <class M>
struct DeliverSpikes {
    static constexpr const char* name = "deliver spikes";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE std::uint64_t n_items() const {
        return std::uint64_t{arrays.n_deliveries} * task->arriving.size;
    }

    ENGRAM_HD_INLINE void operator()(std::uint64_t item, int lane, int lanes) const {
        const std::uint64_t number = item / arrays.n_deliveries;
        const PackedEvent spike = task->arriving.items[number];
        const std::uint32_t neuron = event_neuron(spike);
        const int step = event_step(spike) - task->offset;
        const Delivery& delivery =
            arrays.deliveries[arrays.population_of(neuron) * arrays.n_deliveries +
                              item % arrays.n_deliveries];
        if (delivery.plastic)
            deliver_plastic(neuron, step, task->first_arrival.items[number], lane, lanes);
        else if (delivery.rows.n_sources > 0)
            deliver_fixed(delivery, neuron - delivery.first_source, step, lane, lanes);
    }

  private:
    ENGRAM_HD_INLINE void deliver_fixed(const Delivery& delivery, std::uint32_t row, int step,
                                        int lane, int lanes) const {
        const Rows& rows = delivery.rows;
        for (std::uint64_t k = rows.offsets[row] + lane; k < rows.offsets[row + 1]; k += lanes)
            fetch_add(arrays.input_at(step, delivery.site, rows.targets[k]), delivery.weight);
    }

    ENGRAM_HD_INLINE void deliver_plastic(std::uint32_t source, int step,
                                          std::uint32_t first_arrival, int lane, int lanes) const {
        const BlockTask& t = *task;
        const Rows& rows = arrays.plastic;
        const ArrivalBounds<M> bounds(arrays, *physics, t, arrays.pre(source, t.parity, *physics));
        const std::uint64_t begin = rows.offsets[source];
        for (std::uint64_t k = begin + lane; k < rows.offsets[source + 1]; k += lanes) {
            const std::uint32_t target = rows.targets[k];
            if (t.plasticity() && bounds.may_be_active(target)) {
                put_aside(k, source, target, step,
                          first_arrival + static_cast<std::uint32_t>(k - begin));
                continue;
            }
            fetch_add(arrays.input_at(step, 0, target),
                      arrays.weight(k, target, t.relaxation(step), physics->early.h_0_mV));
        }
    }

    // The weight of a synapse that may be active is known only once its target has come that far.
    ENGRAM_HD_INLINE void put_aside(std::uint64_t k, std::uint32_t source, std::uint32_t target,
                                    int step, std::uint32_t entry) const {
        atomic_store(&arrays.counters->any_active_arrival, 1);
        std::uint32_t* head =
            &arrays.arrival_list[static_cast<std::uint64_t>(step) * arrays.n_local + target];
        arrays.active_arrivals[entry] = {k, source, exchange(head, entry)};
    }
};

}  // namespace engram::device

// SPDX-License-Identifier: Apache-2.0
// Kernels that begin a block: mark what happens in it, and deliver the spikes that arrive.
#pragma once

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
                atomic_or(&arrays.calcium[t.parity].arrivals[event_neuron(spike)],
                          model::bit_of(event_step(spike) - t.offset));
        }
        if (item < t.influx.size) {
            const PackedEvent influx = t.influx.items[item];
            atomic_or(&arrays.calcium[t.parity].pre_jumps[event_neuron(influx)],
                      model::bit_of(event_step(influx)));
        }
    }
};

// Item = (spike, one of the tables of its population); lanes share its row.
template <class M>
struct DeliverSpikes {
    static constexpr const char* name = "deliver spikes";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    Physics<M> physics;
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
        const Rows& rows = arrays.plastic;
        const double pre_highest = arrays.pre(source, task->parity, physics).upper_bound();
        const double* post_start = arrays.calcium[task->parity].post_start;
        const std::uint64_t begin = rows.offsets[source];
        for (std::uint64_t k = begin + lane; k < rows.offsets[source + 1]; k += lanes) {
            const std::uint32_t target = rows.targets[k];
            if (task->conditions.plasticity &&
                pre_highest + post_start[target] + task->highest_post_gain >=
                    physics.early.theta_d) {
                put_aside(k, source, target, step,
                          first_arrival + static_cast<std::uint32_t>(k - begin));
                continue;
            }
            fetch_add(arrays.input_at(step, 0, target),
                      arrays.weight(k, target, task->relaxation[step], physics.early.h_0_mV));
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

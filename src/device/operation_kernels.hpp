// SPDX-License-Identifier: Apache-2.0
// Kernels that do one operation of plasticity/operations.hpp to every synapse, or neuron; and that
// make anew what follows from the state.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "plasticity/operations.hpp"

namespace engram::device {

// Item = row; lanes share its synapses.
template <class M, class Operation>
struct OnSynapses {
    static constexpr const char* name = Operation::name;
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    Operation operation;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes)
            operation(arrays, k, arrays.plastic.targets[k]);
    }
};

// Item = local neuron.
template <class M, class Operation>
struct OnNeurons {
    static constexpr const char* name = Operation::name;
    Arrays<M> arrays;
    Operation operation;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        operation(arrays, static_cast<std::uint32_t>(j));
    }
};

// Item = row, and local neuron of that number: forgets the watch of the row, and the neuron's sums.
template <class M>
struct ResetSums {
    static constexpr const char* name = "fold";
    Arrays<M> arrays;

    ENGRAM_HD_INLINE void operator()(std::uint64_t i) const {
        if (i < arrays.plastic.n_sources) arrays.tag_watch[i] = plasticity::no_watch;
        if (i >= arrays.n_local) return;
        for (int sum = 0; sum < arrays.n_sums; ++sum) arrays.sum(sum)[i] = 0;
    }
};

// Item = row: adds its synapses to the sums and watches their tags.
template <class M>
struct SumRows {
    static constexpr const char* name = "fold";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        double lowest = plasticity::no_watch;
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            for (int i = 0; i < arrays.n_sums; ++i) {
                const model::FixedPoint change = arrays.change_of_sum(i, 0.0, arrays.g[k]);
                if (change != 0) fetch_add(&arrays.sum(i)[arrays.plastic.targets[k]], change);
            }
            const double watch = arrays.watch(k);
            if (watch < lowest) lowest = watch;
        }
        atomic_min_nonnegative(&arrays.tag_watch[source], lowest);
    }
};

// Item = any: fills an array.
template <class T>
struct Fill {
    static constexpr const char* name = "fill";
    T* values;
    T value;
    ENGRAM_HD_INLINE void operator()(std::uint64_t i) const { values[i] = value; }
};

}  // namespace engram::device

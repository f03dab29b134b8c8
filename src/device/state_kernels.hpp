// Kernels that bring the lazily kept state to a common reference.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"

namespace engram::device {

// Item = row, and local neuron of that number: forgets the watch of the row, and the neuron's sum.
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

// Item = row: gives g and z relative to the end of `relaxation`, and sets all tags. Sums must have
// been reset; shrinkages are to be reset afterwards.
template <class M>
struct FoldRows {
    static constexpr const char* name = "fold";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    typename M::Late::Parameters late;
    double relaxation;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            arrays.fold(k, arrays.plastic.targets[k], relaxation, late);
        }
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
                if (change != 0) atomic_add(&arrays.sum(i)[arrays.plastic.targets[k]], change);
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

// Item = local neuron, once rows have been folded.
template <class M>
struct ResetShrinkages {
    static constexpr const char* name = "fold";
    Arrays<M> arrays;
    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        arrays.reset_shrinkage(static_cast<std::uint32_t>(j));
    }
};

// Item = row: the present weights.
template <class M>
struct PresentWeights {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    double h_0_mV;
    double relaxation;
    double* h_mV;
    double* z;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            h_mV[k] = arrays.h_mV(k, relaxation, h_0_mV);
            z[k] = arrays.z(k, arrays.plastic.targets[k]);
        }
    }
};

}  // namespace engram::device

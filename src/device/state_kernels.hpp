// Kernels that bring the lazily kept state to a common reference.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"

namespace engram::device {

// Item = row, and local neuron of that number: forgets the watch of the row, and the neuron's sum.
struct ResetSums {
    static constexpr const char* name = "fold";
    Arrays arrays;

    ENGRAM_HD_INLINE void operator()(std::uint64_t i) const {
        if (i < arrays.plastic.n_sources) arrays.tag_watch[i] = plasticity::no_watch;
        if (i < arrays.n_local) arrays.change_sum[i] = 0;
    }
};

// Item = row: gives g and z relative to the end of `relaxation`, and sets all tags. Sums must have
// been reset; shrinkages are to be reset afterwards.
struct FoldRows {
    static constexpr const char* name = "fold";
    static constexpr int team_lanes = 128;
    Arrays arrays;
    model::LatePhase late;
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
struct SumRows {
    static constexpr const char* name = "fold";
    static constexpr int team_lanes = 128;
    Arrays arrays;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        double lowest = plasticity::no_watch;
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            const model::FixedPoint change = model::to_fixed_point(std::fabs(arrays.g[k]));
            if (change != 0) atomic_add(&arrays.change_sum[arrays.plastic.targets[k]], change);
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

// Item = row: the present weights.
struct PresentWeights {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays arrays;
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

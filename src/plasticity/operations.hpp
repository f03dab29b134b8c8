// What is done to every plastic synapse, or to every neuron, wherever it is done: the processor
// loops over them, a device has a kernel for each of these (device/operation_kernels.hpp).
#pragma once

#include "plasticity/consolidation.hpp"

namespace engram::plasticity {

// Gives g and z relative to the end of `relaxation`, and sets all tags. Sums and shrinkages are to
// be made anew afterwards.
template <class M>
struct Fold {
    static constexpr const char* name = "fold";
    typename M::Late::Parameters late;
    double relaxation;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint64_t k,
                                     std::uint32_t target) const {
        view.fold(k, target, relaxation, late);
    }
};

// Tells the weights some time after the start of a piece of a consolidation.
template <class M>
struct WeightsAfter {
    static constexpr const char* name = "snapshot";
    Course<M> course;
    typename Course<M>::Instant instant;
    double* h_mV;  //!< by synapse
    double* z;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint64_t k,
                                     std::uint32_t target) const {
        h_mV[k] = course.h_mV(view, k, instant);
        z[k] = course.z(view, k, target, instant);
    }
};

// Keeps g for h, and z, of the start of the block in which a snapshot falls.
template <class M>
struct KeepWeights {
    static constexpr const char* name = "snapshot";
    double* g;  //!< by synapse
    double* z;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint64_t k,
                                     std::uint32_t target) const {
        g[k] = view.g[k];
        z[k] = view.z(k, target);
    }
};

// Moves synapses to the end of a piece of a consolidation.
template <class M>
struct ConsolidateSynapses {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    typename Course<M>::Instant end;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint64_t k,
                                     std::uint32_t target) const {
        course.consolidate(view, k, target, end);
    }
};

// Of each neuron: forgets the shrinkages, once synapses have been folded.
template <class M>
struct ResetShrinkages {
    static constexpr const char* name = "fold";
    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        view.reset_shrinkage(j);
    }
};

// Of each neuron, before a piece of a consolidation.
template <class M>
struct BeginConsolidation {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        course.begin(view, j);
    }
};

// Of each neuron, after its synapses.
template <class M>
struct ConsolidateNeurons {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    typename Course<M>::Instant end;
    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        course.consolidate_neuron(view, j, end);
    }
};

}  // namespace engram::plasticity

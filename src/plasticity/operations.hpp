// SPDX-License-Identifier: Apache-2.0
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
        const double z = view.z(k, target);
        const double change = view.g[k] * relaxation;
        view.g[k] = change;
        view.keep_z(k, z, late.tag(change), 1.0);
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

// Keeps g for h, and z, of the start of the window in which a snapshot falls.
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

// Where amounts of protein are told: by amount, then neuron.
struct AmountsOfProtein {
    double* values;
    std::uint64_t n_neurons;
};

// Tells those of each neuron at a step of the window that begins.
template <class M>
struct ProteinWithin {
    static constexpr const char* name = "snapshot";
    typename M::Late::Parameters late;
    model::Conditions conditions;
    double relaxation;  //!< at the beginning of the window
    double time_s;      //!< since then
    AmountsOfProtein amounts;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        const typename M::Late::Synthesis synthesis =
            conditions.plasticity
                ? M::Late::synthesis(late, view.sums(j), relaxation, conditions.theta_pro_mV)
                : 0;
        view.tell_amounts(late, j, synthesis, conditions.plasticity ? time_s : 0.0,
                          [&](std::uint64_t i, double amount) {
                              amounts.values[i * amounts.n_neurons + j] = amount;
                          });
    }
};

// The same some time after the start of a piece of a consolidation.
template <class M>
struct ProteinAfter {
    static constexpr const char* name = "snapshot";
    Course<M> course;
    typename Course<M>::Instant instant;
    AmountsOfProtein amounts;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        const auto put = [&](std::uint64_t i, double amount) {
            amounts.values[i * amounts.n_neurons + j] = amount;
        };
        if (course.plasticity)
            view.tell_amounts_after(course.closed_form, j, instant.time_s, put);
        else
            view.tell_amounts(course.closed_form.late, j, 0, 0.0, put);
    }
};

// Moves synapses to the end of a piece of a consolidation, if plasticity is on. A tag that lasts is
// set again by folding.
template <class M>
struct ConsolidateSynapses {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    typename Course<M>::Instant end;

    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint64_t k,
                                     std::uint32_t target) const {
        const double z = course.z(view, k, target, end);
        view.g[k] *= end.relaxation;
        view.tag[k] = static_cast<std::uint8_t>(model::Tag::none);
        view.stored_z[k] = z;
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

// Of each neuron, before anything is asked of a course.
template <class M>
struct BeginConsolidation {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        if (course.plasticity) view.find_synthesis_end(course.closed_form, j);
    }
};

// Of each neuron, after its synapses: moves its proteins.
template <class M>
struct ConsolidateNeurons {
    static constexpr const char* name = "consolidate";
    Course<M> course;
    typename Course<M>::Instant end;
    ENGRAM_HD_INLINE void operator()(const View<M>& view, std::uint32_t j) const {
        view.consolidate_protein(course.closed_form, j, end.time_s);
    }
};

}  // namespace engram::plasticity

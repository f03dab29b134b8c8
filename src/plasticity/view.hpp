// Where the state of the plastic synapses onto one rank's neurons lies, and of their protein pools,
// in the memory of the host or of a device; and what can be told and changed of one of them.
//
// The early phase relaxes with one common rate, so what is stored is g = (h - h_0) / E(t) with a
// global factor E(t): passive synapses need no update, and S_j = E(t) * sum |g| is kept by adding
// differences. The late phase is stored as in model::LazyLatePhase, constant while its tag is.
#pragma once

#include <cstdint>
#include <limits>

#include "model/early_phase.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "model/macros.hpp"

namespace engram::plasticity {

// Synapses in rows by source, as SynapseTable.
struct Rows {
    const std::uint64_t* offsets = nullptr;
    const std::uint32_t* targets = nullptr;  //!< local indices
    std::uint32_t n_sources = 0;
};

//! |g| that no tagged synapse of a row is below: none is tagged.
inline constexpr double no_watch = std::numeric_limits<double>::infinity();

struct View {
    Rows plastic;  //!< by global id of the source

    // By plastic synapse.
    double* g = nullptr;          //!< (h - h_0) / E [mV]
    double* stored_z = nullptr;   //!< see model::LazyLatePhase
    std::uint8_t* tag = nullptr;  //!< model::Tag

    // By local neuron, for excitatory ones.
    model::FixedPoint* change_sum = nullptr;  //!< sum of |g| over incoming synapses
    double* protein = nullptr;                //!< p [umol/l]
    double* shrinkage = nullptr;              //!< X: product of shrinkages since the reference
    double* synthesis_end_s = nullptr;        //!< of a consolidation

    ENGRAM_HD_INLINE model::Tag tag_of(std::uint64_t k) const {
        return static_cast<model::Tag>(tag[k]);
    }
    //! Early-phase weight [mV].
    ENGRAM_HD_INLINE double h_mV(std::uint64_t k, double relaxation, double h_0_mV) const {
        return std::fma(g[k], relaxation, h_0_mV);
    }
    //! Late-phase weight; `target` as in the row of the synapse.
    ENGRAM_HD_INLINE double z(std::uint64_t k, std::uint32_t target) const {
        return model::LazyLatePhase::load(stored_z[k], tag_of(k), shrinkage[target]);
    }
    //! h + h_0 z [mV], the weight of a spike that arrives.
    ENGRAM_HD_INLINE model::FixedPoint weight(std::uint64_t k, std::uint32_t target,
                                              double relaxation, double h_0_mV) const {
        return model::to_fixed_point(std::fma(h_0_mV, z(k, target), h_mV(k, relaxation, h_0_mV)));
    }
    //! S_j [mV].
    ENGRAM_HD_INLINE double change_sum_mV(std::uint32_t target, double relaxation) const {
        return relaxation * model::from_fixed_point(change_sum[target]);
    }

    //! Changes a tag at the present shrinkage of the target.
    ENGRAM_HD_INLINE void set_tag(std::uint64_t k, std::uint32_t target, model::Tag new_tag) const {
        stored_z[k] = model::LazyLatePhase::store(z(k, target), new_tag, shrinkage[target]);
        tag[k] = static_cast<std::uint8_t>(new_tag);
    }
    //! Sets the tag that the present early phase calls for. Returns |g| if it is tagged, else
    //! no_watch.
    ENGRAM_HD_INLINE double update_tag(std::uint64_t k, std::uint32_t target, double relaxation,
                                       const model::LatePhase& late) const {
        const model::Tag here = late.tag(g[k] * relaxation);
        if (here != tag_of(k)) set_tag(k, target, here);
        return here != model::Tag::none ? std::fabs(g[k]) : no_watch;
    }
    //! Ends the tag of a passive synapse that has relaxed below the threshold. Returns likewise.
    ENGRAM_HD_INLINE double expire_tag(std::uint64_t k, std::uint32_t target, double relaxation,
                                       const model::LatePhase& late) const {
        if (tag_of(k) == model::Tag::none) return no_watch;
        const double size = std::fabs(g[k]);
        if (!(size * relaxation < late.theta_tag_mV)) return size;
        set_tag(k, target, model::Tag::none);
        return no_watch;
    }

    //! Gives g and z relative to a new reference, and sets the tag. Sums are to be made again, and
    //! shrinkages to be reset, afterwards.
    ENGRAM_HD_INLINE void fold(std::uint64_t k, std::uint32_t target, double relaxation,
                               const model::LatePhase& late) const {
        const double old_z = z(k, target);
        const double change = g[k] * relaxation;
        const model::Tag new_tag = late.tag(change);
        g[k] = change;
        stored_z[k] = model::LazyLatePhase::store(old_z, new_tag, 1.0);
        tag[k] = static_cast<std::uint8_t>(new_tag);
    }
    //! |g| if the synapse is tagged, else no_watch.
    ENGRAM_HD_INLINE double watch(std::uint64_t k) const {
        return tag_of(k) != model::Tag::none ? std::fabs(g[k]) : no_watch;
    }
};

}  // namespace engram::plasticity

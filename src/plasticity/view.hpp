// SPDX-License-Identifier: Apache-2.0
// Where the state of the plastic synapses onto one rank's neurons lies, and of their protein pools,
// in the memory of the host or of a device; and what can be told and changed of one of them.
//
// The early phase relaxes with one common rate, so what is stored is g = (h - h_0) / E(t) with a
// global factor E(t): passive synapses need no update, and sums over them, such as
// S_j = E(t) * sum |g|, are kept by adding differences. How z is stored is the late phase's: it is
// constant while the tag is.
#pragma once

#include <cstdint>
#include <limits>
#include <tuple>

#include "model/early_phase.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "model/macros.hpp"
#include "plasticity/variable.hpp"
#include "plasticity/window.hpp"

namespace engram::plasticity {

// Synapses in rows by source, as SynapseTable.
struct Rows {
    const std::uint64_t* offsets = nullptr;
    const std::uint32_t* targets = nullptr;  //!< local indices
    std::uint32_t n_sources = 0;
};

//! |g| that no tagged synapse of a row is below: none is tagged.
inline constexpr double no_watch = std::numeric_limits<double>::infinity();

template <class M>
struct View : M::Late {
    using Late = typename M::Late;

    Rows plastic;  //!< by global id of the source

    double* g = nullptr;
    double* stored_z = nullptr;
    std::uint8_t* tag = nullptr;
    double* tag_watch = nullptr;

    static constexpr auto variables() {
        using enum InCheckpoint;
        return std::tuple_cat(
            std::tuple{Variable{&View::g, "g_mV", "mV", By::synapse, 0.0, yes, "(h - h_0) / E"},
                       Variable{&View::stored_z, "stored_z", "1", By::synapse, 0.0, yes,
                                "z, or, of a tagged synapse, its distance from its bound over X"},
                       Variable{&View::tag, "tag", "", By::synapse,
                                static_cast<std::uint8_t>(model::Tag::none), yes,
                                "0 none, 1 of potentiation, 2 of depression", Domain::tag},
                       Variable{&View::tag_watch, "tag_watch", "mV", By::source, no_watch, no,
                                "no tagged synapse of the row has a smaller |g|; on devices"}},
            Late::variables());
    }

    View() = default;
    explicit View(const typename Late::Parameters& late) : Late(late) {}

    ENGRAM_HD_INLINE model::Tag tag_of(std::uint64_t k) const {
        return static_cast<model::Tag>(tag[k]);
    }
    //! Early-phase weight [mV].
    ENGRAM_HD_INLINE double h_mV(std::uint64_t k, double relaxation, double h_0_mV) const {
        return std::fma(g[k], relaxation, h_0_mV);
    }
    //! Late-phase weight; `target` as in the row of the synapse.
    ENGRAM_HD_INLINE double z(std::uint64_t k, std::uint32_t target) const {
        const model::Tag here = tag_of(k);
        return this->load_z(stored_z[k], here, this->shrinkage_of(here, target));
    }
    //! h + h_0 z [mV], the weight of a spike that arrives.
    ENGRAM_HD_INLINE model::FixedPoint weight(std::uint64_t k, std::uint32_t target,
                                              double relaxation, double h_0_mV) const {
        return model::to_fixed_point(std::fma(h_0_mV, z(k, target), h_mV(k, relaxation, h_0_mV)));
    }
    //! What a change of g changes a sum by.
    ENGRAM_HD_INLINE static model::FixedPoint change_of_sum(int i, double before, double after) {
        return model::fixed_point_change(Late::part_of_sum(i, before), Late::part_of_sum(i, after));
    }
    //! Accounts for it in all sums, on the processor.
    ENGRAM_HD_INLINE void change_sums(std::uint32_t target, double before, double after) const {
        for (int i = 0; i < Late::n_sums; ++i)
            model::add_wrapping(this->sum(i)[target], change_of_sum(i, before, after));
    }

    //! Which pools are synthesised throughout a window that begins with these sums.
    ENGRAM_HD_INLINE static typename Late::Synthesis synthesis_in(
        const Window& window, const typename Late::Parameters& late,
        const typename Late::Sums& sums) {
        const model::Conditions& now = window.conditions;
        if (!now.plasticity) return 0;
        return Late::synthesis(late, sums, window.relaxation[0], now.theta_pro_mV);
    }

    //! Changes a tag at the present shrinkage of the target.
    ENGRAM_HD_INLINE void set_tag(std::uint64_t k, std::uint32_t target, model::Tag new_tag) const {
        keep_z(k, z(k, target), new_tag, this->shrinkage_of(new_tag, target));
    }
    ENGRAM_HD_INLINE void keep_z(std::uint64_t k, double z, model::Tag new_tag,
                                 double shrinkage) const {
        stored_z[k] = this->store_z(z, new_tag, shrinkage);
        tag[k] = static_cast<std::uint8_t>(new_tag);
    }
    //! Sets the tag that the present early phase calls for. Returns |g| if it is tagged, else
    //! no_watch.
    ENGRAM_HD_INLINE double update_tag(std::uint64_t k, std::uint32_t target, double relaxation,
                                       const typename Late::Parameters& late) const {
        const model::Tag here = late.tag(g[k] * relaxation);
        if (here != tag_of(k)) set_tag(k, target, here);
        return here != model::Tag::none ? std::fabs(g[k]) : no_watch;
    }
    //! Ends the tag of a passive synapse that has relaxed below the threshold. Returns likewise.
    ENGRAM_HD_INLINE double expire_tag(std::uint64_t k, std::uint32_t target, double relaxation,
                                       const typename Late::Parameters& late) const {
        if (tag_of(k) == model::Tag::none) return no_watch;
        const double size = std::fabs(g[k]);
        if (!(size * relaxation < late.theta_tag_mV)) return size;
        set_tag(k, target, model::Tag::none);
        return no_watch;
    }
    //! |g| if the synapse is tagged, else no_watch.
    ENGRAM_HD_INLINE double watch(std::uint64_t k) const {
        return tag_of(k) != model::Tag::none ? std::fabs(g[k]) : no_watch;
    }
};

}  // namespace engram::plasticity

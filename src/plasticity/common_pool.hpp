// SPDX-License-Identifier: Apache-2.0
// The late phase of the published model: one pool of protein in each excitatory neuron, which
// synapses of either tag take from, and z between -0.5 and 1. A late phase is what is here:
// its state and how that is read, changed, sampled and consolidated. See several_pools.hpp for
// another, and docs/extending.md.
//
// z is stored as in model::LazyLatePhase, constant while its tag is.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "model/consolidation.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "model/macros.hpp"
#include "model/protein_diffusion.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct CommonPool {
    using Parameters = model::LatePhase;
    using Consolidation = model::Consolidation<Parameters>;

    // Sums over the incoming synapses of a neuron, which switch the synthesis.
    static constexpr int n_sums = 1;
    struct Sums {
        model::FixedPoint of[n_sums];
    };
    using Synthesis = std::uint8_t;  //!< one bit for each pool

    // By local neuron, for excitatory ones.
    model::FixedPoint* change_sum = nullptr;
    double* protein = nullptr;
    double* shrinkage = nullptr;
    double* synthesis_end_s = nullptr;

    static constexpr auto variables() {
        using enum InCheckpoint;
        return std::tuple{
            Variable{&CommonPool::change_sum, "change_sum", "2^-40 mV", By::neuron,
                     model::FixedPoint{0}, no, "sum of |g| over incoming synapses"},
            Variable{&CommonPool::protein, "protein_umol_per_l", "umol/l", By::neuron, 0.0, yes,
                     "protein p", Domain::protein},
            Variable{&CommonPool::shrinkage, "shrinkage", "1", By::neuron, 1.0, yes,
                     "X, product of the shrinkages of 1 - z and z + 0.5 since the reference",
                     Domain::share},
            Variable{&CommonPool::synthesis_end_s, "synthesis_end_s", "s", By::neuron, 0.0, no,
                     "end of the synthesis within a consolidation"}};
    }

    CommonPool() = default;
    explicit CommonPool(const Parameters&) {}

    ENGRAM_HD_INLINE model::FixedPoint* sum(int) const { return change_sum; }
    ENGRAM_HD_INLINE Sums sums(std::uint32_t j) const { return {{change_sum[j]}}; }
    //! What a synapse adds to a sum.
    ENGRAM_HD_INLINE static double part_of_sum(int, double g) { return std::fabs(g); }

    //! Which pools are synthesised while the sums are these.
    ENGRAM_HD_INLINE static Synthesis synthesis(const Parameters&, const Sums& sums,
                                                double relaxation, double theta_pro_mV) {
        return relaxation * model::from_fixed_point(sums.of[0]) >= theta_pro_mV;
    }
    ENGRAM_HD_INLINE bool any_protein(std::uint32_t j) const { return protein[j] > 0.0; }
    //! Protein after a time of constant synthesis.
    ENGRAM_HD_INLINE void advance_protein(const Parameters& late, std::uint64_t j,
                                          Synthesis synthesis, double time_s) const {
        const model::ProteinState next = late.protein(protein[j], synthesis != 0, time_s);
        protein[j] = next.amount;
        shrinkage[j] = model::LazyLatePhase::shrunk(shrinkage[j], late.shrinkage(next.integral));
    }
    //! Makes the present the reference of the shrinkages, once no weight relies on them.
    ENGRAM_HD_INLINE void reset_shrinkage(std::uint32_t j) const { shrinkage[j] = 1.0; }
    //! Shrinkage since the reference that a tagged synapse of a neuron has seen.
    ENGRAM_HD_INLINE double shrinkage_of(model::Tag, std::uint32_t j) const { return shrinkage[j]; }
    ENGRAM_HD_INLINE double load_z(double stored, model::Tag tag, double x) const {
        return model::LazyLatePhase::load(stored, tag, x);
    }
    ENGRAM_HD_INLINE double store_z(double z, model::Tag tag, double x) const {
        return model::LazyLatePhase::store(z, tag, x);
    }

    // What snapshots and initial states hold of the proteins of a neuron.
    static std::vector<std::string> amounts(const SynapseParameters&,
                                            const model::ProteinDiffusion&) {
        return {"p"};
    }
    //! Calls put(i, amount) for each, after a time of constant synthesis.
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts(const Parameters& late, std::uint32_t j, Synthesis synthesis,
                                       double time_s, Put put) const {
        put(0, late.protein(protein[j], synthesis != 0, time_s).amount);
    }

    static std::vector<Column> columns(const SynapseParameters&, const model::ProteinDiffusion&) {
        return {{"S_mV", "mV",
                 "sum of the early-phase changes |h - h_0| of its incoming synapses, which drives "
                 "protein synthesis"},
                {"p", "umol/l", "amount of protein"}};
    }
    //! Values of the columns at a time after the beginning of a window.
    ENGRAM_HD_INLINE void sample(const Parameters& late, std::uint32_t j, const Sums& sums,
                                 double relaxation, Synthesis synthesis, double time_s,
                                 double* values) const {
        values[0] = relaxation * model::from_fixed_point(sums.of[0]);
        values[1] = late.protein(protein[j], synthesis != 0, time_s).amount;
    }

    // Fast-forward from a state that has been folded.
    ENGRAM_HD_INLINE void find_synthesis_end(const Consolidation& c, std::uint32_t j) const {
        synthesis_end_s[j] =
            c.time_until_below(model::from_fixed_point(change_sum[j]), c.theta_pro_mV);
    }
    ENGRAM_HD_INLINE double protein_after(const Consolidation& c, std::uint32_t j,
                                          double time_s) const {
        return c.protein_after(protein[j], synthesis_end_s[j], time_s).amount;
    }
    //! z of a synapse onto j that has been tagged for a time from the beginning.
    ENGRAM_HD_INLINE double z_after(const Consolidation& c, double z, model::Tag tag,
                                    std::uint32_t j, double tagged_s) const {
        return c.late.advance(
            z, tag,
            c.late.shrinkage(c.protein_after(protein[j], synthesis_end_s[j], tagged_s).integral));
    }
    //! As tell_amounts, at a time from the beginning.
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts_after(const Consolidation& c, std::uint32_t j, double time_s,
                                             Put put) const {
        put(0, protein_after(c, j, time_s));
    }
    ENGRAM_HD_INLINE void sample_after(const Consolidation& c, std::uint32_t j, double time_s,
                                       double* values) const {
        values[0] = c.relaxation(time_s) * model::from_fixed_point(change_sum[j]);
        values[1] = protein_after(c, j, time_s);
    }
    ENGRAM_HD_INLINE void consolidate_protein(const Consolidation& c, std::uint32_t j,
                                              double time_s) const {
        protein[j] = protein_after(c, j, time_s);
    }
};

}  // namespace engram::plasticity

// SPDX-License-Identifier: Apache-2.0
// The late phase with several pools of protein and any upper bound of z; see model::PoolsLatePhase
// for the equations, and CommonPool for what a late phase has to offer. With the common pool alone
// and z_max = 1 it gives the bits of CommonPool.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "model/consolidation.hpp"
#include "model/fixed_point.hpp"
#include "model/macros.hpp"
#include "model/protein_pools.hpp"
#include "plasticity/common_pool.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct SeveralPools {
    using Parameters = model::PoolsLatePhase;
    using Consolidation = model::Consolidation<Parameters>;

    static constexpr int n_sums = 2;
    struct Sums {
        model::FixedPoint of[n_sums];  //!< of potentiated synapses, of depressed ones
    };
    using Synthesis = std::uint8_t;
    static constexpr Synthesis of_p = 1, of_c = 2, of_d = 4;

    double z_max = 1.0;

    // By local neuron, for excitatory ones. Pools that the arrangement does not have stay at rest.
    model::FixedPoint* potentiation_sum = nullptr;
    model::FixedPoint* depression_sum = nullptr;
    double* protein_p = nullptr;
    double* protein_c = nullptr;
    double* protein_d = nullptr;
    double* shrinkage_up = nullptr;
    double* shrinkage_down = nullptr;
    double* end_p_s = nullptr;
    double* end_c_s = nullptr;
    double* end_d_s = nullptr;

    static constexpr auto variables() {
        using enum InCheckpoint;
        using Pools = SeveralPools;
        constexpr const char* end = "end of the synthesis within a consolidation";
        return std::tuple{
            Variable{&Pools::potentiation_sum, "potentiation_sum", "2^-40 mV", By::neuron,
                     model::FixedPoint{0}, no, "sum of g over potentiated incoming synapses"},
            Variable{&Pools::depression_sum, "depression_sum", "2^-40 mV", By::neuron,
                     model::FixedPoint{0}, no, "sum of -g over depressed incoming synapses"},
            Variable{&Pools::protein_p, "protein_P_umol_per_l", "umol/l", By::neuron, 0.0, yes,
                     "protein of potentiation", Domain::protein},
            Variable{&Pools::protein_c, "protein_C_umol_per_l", "umol/l", By::neuron, 0.0, yes,
                     "protein of both", Domain::protein},
            Variable{&Pools::protein_d, "protein_D_umol_per_l", "umol/l", By::neuron, 0.0, yes,
                     "protein of depression", Domain::protein},
            Variable{&Pools::shrinkage_up, "shrinkage_P", "1", By::neuron, 1.0, yes,
                     "product of the shrinkages of z_max - z since the reference", Domain::share},
            Variable{&Pools::shrinkage_down, "shrinkage_D", "1", By::neuron, 1.0, yes,
                     "product of the shrinkages of z + 0.5 since the reference", Domain::share},
            Variable{&Pools::end_p_s, "synthesis_end_P_s", "s", By::neuron, 0.0, no, end},
            Variable{&Pools::end_c_s, "synthesis_end_C_s", "s", By::neuron, 0.0, no, end},
            Variable{&Pools::end_d_s, "synthesis_end_D_s", "s", By::neuron, 0.0, no, end}};
    }

    SeveralPools() = default;
    explicit SeveralPools(const Parameters& late) : z_max(late.z_max) {}

    ENGRAM_HD_INLINE model::FixedPoint* sum(int i) const {
        return i == 0 ? potentiation_sum : depression_sum;
    }
    ENGRAM_HD_INLINE Sums sums(std::uint32_t j) const {
        return {{potentiation_sum[j], depression_sum[j]}};
    }
    ENGRAM_HD_INLINE static double part_of_sum(int i, double g) {
        const double part = i == 0 ? g : -g;
        return part > 0.0 ? part : 0.0;
    }

    ENGRAM_HD_INLINE static Synthesis synthesis(const Parameters& late, const Sums& sums,
                                                double relaxation, double theta_pro_mV) {
        const auto above = [&](model::FixedPoint sum) {
            return relaxation * model::from_fixed_point(sum) >= theta_pro_mV;
        };
        Synthesis pools = 0;
        if (late.common && above(sums.of[0] + sums.of[1])) pools |= of_c;
        if (late.by_sign && above(sums.of[0])) pools |= of_p;
        if (late.by_sign && above(sums.of[1])) pools |= of_d;
        return pools;
    }
    ENGRAM_HD_INLINE bool any_protein(std::uint32_t j) const {
        return protein_p[j] > 0.0 || protein_c[j] > 0.0 || protein_d[j] > 0.0;
    }
    ENGRAM_HD_INLINE void advance_protein(const Parameters& late, std::uint64_t j,
                                          Synthesis synthesis, double time_s) const {
        const Proteins now = proteins(j);
        const auto shrink = [&](double& x, model::Tag tag) {
            const double q = integral(late, now, synthesis, tag, time_s);
            x = model::LazyLatePhase::shrunk(x, late.shrinkage_of(tag, q));
        };
        shrink(shrinkage_up[j], model::Tag::potentiation);
        shrink(shrinkage_down[j], model::Tag::depression);
        store(j, after(late, now, synthesis, time_s));
    }
    ENGRAM_HD_INLINE void reset_shrinkage(std::uint32_t j) const {
        shrinkage_up[j] = shrinkage_down[j] = 1.0;
    }
    ENGRAM_HD_INLINE double shrinkage_of(model::Tag tag, std::uint32_t j) const {
        return tag == model::Tag::depression ? shrinkage_down[j] : shrinkage_up[j];
    }
    ENGRAM_HD_INLINE double load_z(double stored, model::Tag tag, double x) const {
        return model::LazyLatePhase::load(stored, tag, x, z_max);
    }
    ENGRAM_HD_INLINE double store_z(double z, model::Tag tag, double x) const {
        return model::LazyLatePhase::store(z, tag, x, z_max);
    }

    static std::vector<std::string> amounts(const SynapseParameters& synapses,
                                            const model::ProteinDiffusion&) {
        const Parameters late(synapses);
        if (!late.by_sign) return {"p"};
        if (!late.common) return {"p_P", "p_D"};
        return {"p_P", "p_C", "p_D"};
    }
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts(const Parameters& late, std::uint32_t j, Synthesis synthesis,
                                       double time_s, Put put) const {
        tell(late, after(late, proteins(j), synthesis, time_s), put);
    }

    static std::vector<Column> columns(const SynapseParameters& synapses,
                                       const model::ProteinDiffusion& diffusion) {
        const Parameters late(synapses);
        if (!late.by_sign) return CommonPool::columns(synapses, diffusion);
        const Column s_p{"S_P_mV", "mV",
                         "sum of h - h_0 of its potentiated synapses, which drives synthesis of P"};
        const Column s_d{"S_D_mV", "mV",
                         "sum of h_0 - h of its depressed synapses, which drives synthesis of D"};
        const Column p_p{"p_P", "umol/l", "amount of P, needed for potentiation"};
        const Column p_c{"p_C", "umol/l",
                         "amount of C, needed for both; S_P_mV + S_D_mV drives its synthesis"};
        const Column p_d{"p_D", "umol/l", "amount of D, needed for depression"};
        if (!late.common) return {s_p, s_d, p_p, p_d};
        return {s_p, s_d, p_p, p_c, p_d};
    }
    ENGRAM_HD_INLINE void sample(const Parameters& late, std::uint32_t j, const Sums& sums,
                                 double relaxation, Synthesis synthesis, double time_s,
                                 double* values) const {
        put(late, sums, relaxation, after(late, proteins(j), synthesis, time_s), values);
    }

    ENGRAM_HD_INLINE void find_synthesis_end(const Consolidation& c, std::uint32_t j) const {
        const auto end = [&](model::FixedPoint sum) {
            return c.time_until_below(model::from_fixed_point(sum), c.theta_pro_mV);
        };
        const Sums s = sums(j);
        end_c_s[j] = c.late.common ? end(s.of[0] + s.of[1]) : 0.0;
        end_p_s[j] = c.late.by_sign ? end(s.of[0]) : 0.0;
        end_d_s[j] = c.late.by_sign ? end(s.of[1]) : 0.0;
    }
    ENGRAM_HD_INLINE double z_after(const Consolidation& c, double z, model::Tag tag,
                                    std::uint32_t j, double tagged_s) const {
        const double shrinkage = c.late.shrinkage_of(tag, integral_after(c, tag, j, tagged_s));
        return c.late.advance(z, tag, shrinkage, z_max);
    }
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts_after(const Consolidation& c, std::uint32_t j, double time_s,
                                             Put put) const {
        tell(c.late, proteins_after(c, j, time_s), put);
    }
    ENGRAM_HD_INLINE void sample_after(const Consolidation& c, std::uint32_t j, double time_s,
                                       double* values) const {
        put(c.late, sums(j), c.relaxation(time_s), proteins_after(c, j, time_s), values);
    }
    ENGRAM_HD_INLINE void consolidate_protein(const Consolidation& c, std::uint32_t j,
                                              double time_s) const {
        store(j, proteins_after(c, j, time_s));
    }

  private:
    struct Proteins {
        double p;
        double c;
        double d;
    };

    ENGRAM_HD_INLINE Proteins proteins(std::uint64_t j) const {
        return {protein_p[j], protein_c[j], protein_d[j]};
    }
    ENGRAM_HD_INLINE void store(std::uint64_t j, const Proteins& proteins) const {
        protein_p[j] = proteins.p;
        protein_c[j] = proteins.c;
        protein_d[j] = proteins.d;
    }

    //! In the order of the columns.
    ENGRAM_HD_INLINE static void put(const Parameters& late, const Sums& sums, double relaxation,
                                     const Proteins& proteins, double* values) {
        if (late.by_sign) {
            *values++ = relaxation * model::from_fixed_point(sums.of[0]);
            *values++ = relaxation * model::from_fixed_point(sums.of[1]);
        } else {
            *values++ = relaxation * model::from_fixed_point(sums.of[0] + sums.of[1]);
        }
        tell(late, proteins, [&](int i, double amount) { values[i] = amount; });
    }
    //! In the order of the amounts.
    template <class Put>
    ENGRAM_HD_INLINE static void tell(const Parameters& late, const Proteins& proteins, Put put) {
        if (!late.by_sign) return put(0, proteins.c);
        put(0, proteins.p);
        if (late.common) put(1, proteins.c);
        put(late.common ? 2 : 1, proteins.d);
    }

    ENGRAM_HD_INLINE static Proteins after(const Parameters& late, const Proteins& now,
                                           Synthesis synthesis, double time_s) {
        return {late.protein(now.p, (synthesis & of_p) != 0, time_s).amount,
                late.protein(now.c, (synthesis & of_c) != 0, time_s).amount,
                late.protein(now.d, (synthesis & of_d) != 0, time_s).amount};
    }

    //! Of what a tag takes from, over a time of constant synthesis.
    ENGRAM_HD_INLINE static double integral(const Parameters& late, const Proteins& now,
                                            Synthesis synthesis, model::Tag tag, double time_s) {
        const bool synthesis_of_c = (synthesis & of_c) != 0;
        if (!late.by_sign) return late.protein(now.c, synthesis_of_c, time_s).integral;
        const bool down = tag == model::Tag::depression;
        const double own = down ? now.d : now.p;
        const bool synthesis_of_own = (synthesis & (down ? of_d : of_p)) != 0;
        return late.common
                   ? late.integral_of_product(own, synthesis_of_own, now.c, synthesis_of_c, time_s)
                   : late.protein(own, synthesis_of_own, time_s).integral;
    }

    ENGRAM_HD_INLINE Proteins proteins_after(const Consolidation& c, std::uint32_t j,
                                             double time_s) const {
        return {c.protein_after(protein_p[j], end_p_s[j], time_s).amount,
                c.protein_after(protein_c[j], end_c_s[j], time_s).amount,
                c.protein_after(protein_d[j], end_d_s[j], time_s).amount};
    }

    //! Of what a tag takes from, over a time from the beginning of a consolidation.
    ENGRAM_HD_INLINE double integral_after(const Consolidation& c, model::Tag tag, std::uint32_t j,
                                           double time_s) const {
        if (!c.late.by_sign) return c.protein_after(protein_c[j], end_c_s[j], time_s).integral;
        const bool down = tag == model::Tag::depression;
        const double own = down ? protein_d[j] : protein_p[j];
        const double own_end_s = down ? end_d_s[j] : end_p_s[j];
        if (!c.late.common) return c.protein_after(own, own_end_s, time_s).integral;
        // Pieces of constant synthesis end where either pool's does.
        const double common = protein_c[j];
        const double common_end_s = end_c_s[j];
        double begin_s = 0.0;
        double sum = 0.0;
        while (begin_s < time_s) {
            double end_s = time_s;
            if (begin_s < own_end_s && own_end_s < end_s) end_s = own_end_s;
            if (begin_s < common_end_s && common_end_s < end_s) end_s = common_end_s;
            sum += c.late.integral_of_product(c.protein_after(own, own_end_s, begin_s).amount,
                                              begin_s < own_end_s,
                                              c.protein_after(common, common_end_s, begin_s).amount,
                                              begin_s < common_end_s, end_s - begin_s);
            begin_s = end_s;
        }
        return sum;
    }
};

}  // namespace engram::plasticity

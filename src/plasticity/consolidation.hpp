// Fast-forward: one evaluation per neuron or synapse, whatever the time. The state is that at the
// start of the consolidation, and has been folded there.
#pragma once

#include "model/consolidation.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/view.hpp"

namespace engram::plasticity {

//! When the protein synthesis of a neuron ends, from the start.
ENGRAM_HD_INLINE void find_synthesis_end(const View& view,
                                         const model::Consolidation& consolidation,
                                         std::uint32_t j) {
    view.synthesis_end_s[j] = consolidation.time_until_below(
        model::from_fixed_point(view.change_sum[j]), consolidation.late.theta_pro_mV);
}

ENGRAM_HD_INLINE double protein_after(const View& view, const model::Consolidation& consolidation,
                                      std::uint32_t j, double time_s) {
    return consolidation.protein_after(view.protein[j], view.synthesis_end_s[j], time_s).amount;
}

ENGRAM_HD_INLINE double h_after(const View& view, double h_0_mV, std::uint64_t k,
                                double relaxation) {
    return h_0_mV + view.g[k] * relaxation;
}

ENGRAM_HD_INLINE double z_after(const View& view, const model::Consolidation& consolidation,
                                std::uint64_t k, std::uint32_t target, double time_s) {
    return consolidation.z_after(view.z(k, target), view.tag_of(k), view.g[k], view.protein[target],
                                 view.synthesis_end_s[target], time_s);
}

//! Moves a synapse to the end. A tag that lasts is set again by folding.
ENGRAM_HD_INLINE void consolidate(const View& view, const model::Consolidation& consolidation,
                                  std::uint64_t k, std::uint32_t target, double relaxation,
                                  double time_s) {
    const double z = z_after(view, consolidation, k, target, time_s);
    view.g[k] *= relaxation;
    view.tag[k] = static_cast<std::uint8_t>(model::Tag::none);
    view.stored_z[k] = z;
}

//! Values of an excitatory neuron.
ENGRAM_HD_INLINE void sample_neuron_after(const View& view,
                                          const model::Consolidation& consolidation,
                                          std::uint32_t j, double time_s, double* values) {
    values[column_s] = view.change_sum_mV(j, consolidation.relaxation(time_s));
    values[column_p] = protein_after(view, consolidation, j, time_s);
}

ENGRAM_HD_INLINE void sample_synapse_after(const View& view,
                                           const model::Consolidation& consolidation, double h_0_mV,
                                           std::uint64_t k, std::uint32_t target, double time_s,
                                           double* values) {
    values[column_h] = h_after(view, h_0_mV, k, consolidation.relaxation(time_s));
    values[column_z] = z_after(view, consolidation, k, target, time_s);
}

}  // namespace engram::plasticity

// SPDX-License-Identifier: Apache-2.0
// Fast-forward: one evaluation per neuron or synapse, whatever the time. The state is that at the
// start of a piece of a consolidation, within which conditions are constant; where plasticity is
// on, it has been folded there.
#pragma once

#include "model/conditions.hpp"
#include "model/consolidation.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/view.hpp"

namespace engram::plasticity {

// What synapses and proteins are some time after the start.
template <class M>
struct Course {
    typename M::Late::Consolidation closed_form;
    double h_0_mV = 0;
    double relaxation_at_start = 1;
    bool plasticity = true;  //!< off: everything stays as it is

    Course() = default;
    Course(const Physics<M>& physics, const model::Conditions& conditions, double relaxation)
        : closed_form{physics.late, physics.early.passive_rate_per_s, conditions.theta_pro_mV},
          h_0_mV(physics.early.h_0_mV),
          relaxation_at_start(relaxation),
          plasticity(conditions.plasticity) {}

    //! A time after the start, and how far h - h_0 has relaxed by then.
    struct Instant {
        double time_s;
        double relaxation;
    };
    ENGRAM_HD_INLINE Instant at(double time_s) const {
        if (!plasticity) return {0.0, relaxation_at_start};
        return {time_s, closed_form.relaxation(time_s)};
    }

    ENGRAM_HD_INLINE double h_mV(const View<M>& view, std::uint64_t k, const Instant& t) const {
        return plasticity ? h_0_mV + view.g[k] * t.relaxation : view.h_mV(k, t.relaxation, h_0_mV);
    }

    ENGRAM_HD_INLINE double z(const View<M>& view, std::uint64_t k, std::uint32_t target,
                              const Instant& t) const {
        const model::Tag tag = view.tag_of(k);
        const double z = view.z(k, target);
        if (tag == model::Tag::none || !plasticity) return z;
        return view.z_after(closed_form, z, tag, target, closed_form.tagged_s(view.g[k], t.time_s));
    }

    //! Values of the columns of a neuron. Potentials and currents are not computed: the next phase
    //! starts from rest.
    ENGRAM_HD_INLINE void sample_neuron(const View<M>& view, std::uint32_t j, const Instant& t,
                                        double v_init_mV, bool excitatory, double* values) const {
        values[column_v] = v_init_mV;
        if (!excitatory) return;
        values += n_membrane_columns;
        if (plasticity)
            view.sample_after(closed_form, j, t.time_s, values);
        else
            view.sample(closed_form.late, j, view.sums(j), t.relaxation, 0, 0.0, values);
    }
    //! Values of the columns of a synapse; calcium is not computed.
    ENGRAM_HD_INLINE void sample_synapse(const View<M>& view, std::uint64_t k, std::uint32_t target,
                                         const Instant& t, double* values) const {
        values[column_h] = h_mV(view, k, t);
        values[column_z] = z(view, k, target, t);
    }
};

}  // namespace engram::plasticity

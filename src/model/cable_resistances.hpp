// SPDX-License-Identifier: Apache-2.0
// How currents act along a neuron with a morphology. The mean potential U follows them as that of a
// point neuron does. All other modes relax within tens of microseconds, so they are as the present
// currents keep them:
//     V(x) = U + sum_y R(x, y) I(y),   R(x, y) = sum_{k > 0} phi_k(x) phi_k(y) / (C_tot rate_k),
// with rate_k = mu_k + 1/tau_mem for a constant current, from which 1/tau_syn is subtracted for one
// that decays; mu_k = eigenvalue_k * L / (C_tot r_a). See docs/morphology.md.
#pragma once

#include <algorithm>

#include "model/cable.hpp"

namespace engram::model {

struct CableResistances {
    // Of a kind of current [MOhm], between soma and basal tip.
    struct Of {
        double soma_soma = 0;
        double soma_tip = 0;
        double tip_tip = 0;
    };

    double capacitance_ratio = 1;  //!< C_tot / C_mem
    double slowest_mode_ms = 0;    //!< time constant of the first mode after the mean
    Of constant;                   //!< of constant currents
    Of decaying;                   //!< of currents that decay with tau_syn

    //! \pre  spreading_ms is at most longest_spreading_ms
    static CableResistances make(const NeuronParameters& neuron, double tau_syn_ms) {
        const Morphology& m = *neuron.morphology;
        const Cable cable(m);
        CableResistances r;
        if (m.capacitance == Morphology::Capacitance::published)
            r.capacitance_ratio = cable.length_um / (cable.length_um - m.compartment_um);
        if (m.axial_resistivity_ohm_cm == 0.0 || cable.n == 1) return r;
        const double c_tot_nF = neuron.c_mem_nF * r.capacitance_ratio;
        const double per_eigenvalue = per_eigenvalue_um2_per_ms(m, c_tot_nF, cable.length_um);
        const double leak_per_ms = 1.0 / (neuron.r_leak_MOhm * neuron.c_mem_nF);
        const int soma = cable.soma();
        const int tip = Cable::basal_tip();
        // The smallest terms first.
        for (int k = cable.n - 1; k > 0; --k) {
            const double mu = per_eigenvalue * cable.eigenvalue(k);
            const double at_soma = cable.mode(k, soma);
            const double at_tip = cable.mode(k, tip);
            const auto add = [&](Of& of, double rate_per_ms) {
                const double share = 1.0 / (c_tot_nF * rate_per_ms);
                of.soma_soma += at_soma * at_soma * share;
                of.soma_tip += at_soma * at_tip * share;
                of.tip_tip += at_tip * at_tip * share;
            };
            add(r.constant, mu + leak_per_ms);
            add(r.decaying, mu + leak_per_ms - 1.0 / tau_syn_ms);
            r.slowest_mode_ms = 1.0 / (mu + leak_per_ms);
        }
        return r;
    }

    //! Time in which potential spreads along the cell [ms], without a leak.
    static double spreading_ms(const NeuronParameters& neuron) {
        const Morphology& m = *neuron.morphology;
        const Cable cable(m);
        if (m.axial_resistivity_ohm_cm == 0.0 || cable.n == 1) return 0.0;
        return 1.0 / (per_eigenvalue_um2_per_ms(m, neuron.c_mem_nF, cable.length_um) *
                      cable.eigenvalue(1));
    }
    //! The longest of these times for which modes relax so much faster than membrane and synapses
    //! that they follow the currents [ms].
    static double longest_spreading_ms(const NeuronParameters& neuron, double tau_syn_ms) {
        constexpr double times_faster = 10.0;
        return std::min(neuron.r_leak_MOhm * neuron.c_mem_nF, tau_syn_ms) / times_faster;
    }

  private:
    //! L / (C_tot r_a), with r_a the axial resistance per length.
    static double per_eigenvalue_um2_per_ms(const Morphology& m, double c_tot_nF,
                                            double length_um) {
        constexpr double pi = 3.14159265358979323846;
        constexpr double MOhm_per_ohm_cm_um = 0.01;
        const double r_a_MOhm_per_um = MOhm_per_ohm_cm_um * m.axial_resistivity_ohm_cm /
                                       (pi * m.soma_radius_um * m.soma_radius_um);
        return length_um / (c_tot_nF * r_a_MOhm_per_um);
    }
};

}  // namespace engram::model

// SPDX-License-Identifier: Apache-2.0
// Physical parameters of the model, in the units in which they are configured.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace engram {

// A neuron as one unbranched cylinder, sealed at both ends: basal dendrite, which carries the
// plastic synapses at its tip, soma with the zone of protein synthesis in its middle, apical
// dendrite. All radii are that of the soma. See docs/morphology.md.
struct Morphology {
    enum class Capacitance {
        cell,      //!< the membrane capacitance is that of the whole cell
        published  //!< it is that of the cell without the zone of synthesis
    };
    enum class Reset {
        soma,            //!< the threshold is that of the soma
        any_compartment  //!< a dendrite that is above threshold resets the cell without a spike
    };

    double soma_radius_um = 6.0;
    double basal_dendrite_um = 10.0;  //!< length; that of the soma is twice its radius and the zone
    double apical_dendrite_um = 25.0;  //!< length
    double compartment_um = 1.0;       //!< length of the zone; that of compartments, at most
    double axial_resistivity_ohm_cm = 35.4;
    Capacitance capacitance = Capacitance::cell;
    double synaptic_gain = 1.0;  //!< of the current of synapses at the tip
    Reset reset = Reset::soma;

    // Numbers of the sites of input: plastic synapses end at the first one of every neuron.
    static constexpr std::uint32_t tip_site = 0;
    static constexpr std::uint32_t soma_site = 1;

    double length_um() const {
        return basal_dendrite_um + 2.0 * soma_radius_um + compartment_um + apical_dendrite_um;
    }

    bool operator==(const Morphology&) const = default;
};

// Leaky integrate-and-fire neuron.
struct NeuronParameters {
    double v_init_mV = -65.0;   //!< membrane potential at the start of a spiking phase
    double v_rev_mV = -65.0;    //!< leak reversal potential
    double v_reset_mV = -70.0;  //!< potential during the refractory period
    double v_th_mV = -55.0;     //!< spike threshold
    double r_leak_MOhm = 10.0;  //!< leak resistance
    double c_mem_nF = 1.0;      //!< membrane capacitance; tau_mem = r_leak * c_mem (ms)
    double t_ref_ms = 2.0;      //!< absolute refractory period
    std::optional<Morphology> morphology = std::nullopt;  //!< none: a point
    //! Along the cell; infinite: proteins are the same everywhere.
    double protein_diffusivity_um2_per_s = std::numeric_limits<double>::infinity();

    //! Whether proteins are not the same everywhere in the cell.
    bool diffuses() const { return morphology && !std::isinf(protein_diffusivity_um2_per_s); }

    bool operator==(const NeuronParameters&) const = default;
};

// Which plasticity-related proteins a neuron has, each a pool of its own. Synthesis is switched by
// the sum S of |h - h_0| over all synapses (C), over potentiated ones (P), over depressed ones (D).
enum class ProteinPools {
    common,    //!< C, which both signs of change need
    p_and_d,   //!< potentiation needs P, depression D
    p_c_and_d  //!< potentiation needs P and C, depression D and C
};

// Synaptic transmission, calcium, early- and late-phase plasticity.
struct SynapseParameters {
    double tau_syn_ms = 5.0;       //!< decay of the postsynaptic current
    double t_ax_delay_ms = 3.0;    //!< axonal delay, spike to postsynaptic current
    double h_0_mV = 4.20075;       //!< initial (median) early-phase weight
    double t_ca_delay_ms = 18.8;   //!< delay of presynaptic calcium influx
    double ca_pre = 0.6;           //!< calcium jump per presynaptic spike
    double ca_post = 0.1655;       //!< calcium jump per postsynaptic spike
    double tau_ca_ms = 48.8;       //!< decay of calcium
    double tau_h_s = 688.4;        //!< early-phase time constant
    double gamma_p = 1645.6;       //!< early-phase potentiation rate
    double gamma_d = 313.1;        //!< early-phase depression rate
    double theta_p = 3.0;          //!< calcium threshold of potentiation
    double theta_d = 1.2;          //!< calcium threshold of depression
    double sigma_pl_mV = 2.90436;  //!< noise of the early phase; 0 makes it deterministic
    double theta_pro_mV =
        2.10037;  //!< threshold of the summed early-phase change for protein synthesis
    double theta_tag_mV = 0.840149;  //!< threshold of the early-phase change for tagging
    double p_max_umol_per_l = 10.0;  //!< protein amount that full synthesis tends to
    double tau_p_s = 3600.0;         //!< protein time constant
    double tau_z_s = 3600.0;         //!< late-phase time constant
    double f_int_l_per_umol = 0.1;   //!< late-phase integration rate
    double z_max = 1.0;              //!< late-phase weight that potentiation tends to
    ProteinPools protein_pools = ProteinPools::common;
    // Both neurons must fire faster for calcium to potentiate (p) or depress (d); 0: need not.
    double rate_threshold_p_Hz = 0.0;
    double rate_threshold_d_Hz = 0.0;
    double rate_window_s = 0.5;  //!< over which rates are counted

    bool operator==(const SynapseParameters&) const = default;
};

//! The fastest rate at which a late-phase weight approaches its bound, with all proteins at their
//! maximum: f_int p_max / tau_z of depression, 1 / z_max of that of potentiation.
inline double fastest_late_phase_per_s(const SynapseParameters& synapses) {
    return synapses.f_int_l_per_umol * synapses.p_max_umol_per_l / synapses.tau_z_s /
           std::min(1.0, synapses.z_max);
}

// Ornstein-Uhlenbeck background current of every neuron; both zero switches it off.
struct BackgroundParameters {
    double mean_nA = 0.15;             //!< mean current I_0
    double sigma_wn_nA_sqrt_s = 0.05;  //!< amplitude of the underlying white noise

    bool operator==(const BackgroundParameters&) const = default;
};

}  // namespace engram

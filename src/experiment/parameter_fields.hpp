// Keys of the numeric parameters, with the member each one sets and its allowed range: one table
// for reading and for writing.
#pragma once

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

template <class Parameters>
struct Field {
    const char* key;
    double Parameters::*member;
    Range range;
};

inline constexpr Field<NeuronParameters> neuron_fields[] = {
    {"V_init_mV", &NeuronParameters::v_init_mV, any_number},
    {"V_rev_mV", &NeuronParameters::v_rev_mV, any_number},
    {"V_reset_mV", &NeuronParameters::v_reset_mV, any_number},
    {"V_th_mV", &NeuronParameters::v_th_mV, any_number},
    {"R_leak_MOhm", &NeuronParameters::r_leak_MOhm, positive},
    {"C_mem_nF", &NeuronParameters::c_mem_nF, positive},
    {"t_ref_ms", &NeuronParameters::t_ref_ms, positive},
};

inline constexpr Field<SynapseParameters> synapse_fields[] = {
    {"tau_syn_ms", &SynapseParameters::tau_syn_ms, positive},
    {"t_ax_delay_ms", &SynapseParameters::t_ax_delay_ms, positive},
    {"h_0_mV", &SynapseParameters::h_0_mV, positive},
    {"t_Ca_delay_ms", &SynapseParameters::t_ca_delay_ms, not_negative},
    {"Ca_pre", &SynapseParameters::ca_pre, not_negative},
    {"Ca_post", &SynapseParameters::ca_post, not_negative},
    {"tau_Ca_ms", &SynapseParameters::tau_ca_ms, positive},
    {"tau_h_s", &SynapseParameters::tau_h_s, positive},
    {"gamma_p", &SynapseParameters::gamma_p, not_negative},
    {"gamma_d", &SynapseParameters::gamma_d, not_negative},
    {"theta_p", &SynapseParameters::theta_p, positive},
    {"theta_d", &SynapseParameters::theta_d, positive},
    {"sigma_pl_mV", &SynapseParameters::sigma_pl_mV, not_negative},
    {"theta_pro_mV", &SynapseParameters::theta_pro_mV, positive},
    {"theta_tag_mV", &SynapseParameters::theta_tag_mV, positive},
    {"p_max_umol_per_l", &SynapseParameters::p_max_umol_per_l, not_negative},
    {"tau_p_s", &SynapseParameters::tau_p_s, positive},
    {"tau_z_s", &SynapseParameters::tau_z_s, positive},
    {"f_int_l_per_umol", &SynapseParameters::f_int_l_per_umol, not_negative},
};

inline constexpr Field<BackgroundParameters> background_fields[] = {
    {"mean_nA", &BackgroundParameters::mean_nA, any_number},
    {"sigma_wn_nA_sqrt_s", &BackgroundParameters::sigma_wn_nA_sqrt_s, not_negative},
};

inline constexpr Field<Connectivity> connectivity_fields[] = {
    {"probability", &Connectivity::probability, unit_interval},
    {"w_ei", &Connectivity::w_ei, not_negative},
    {"w_ie", &Connectivity::w_ie, not_negative},
    {"w_ii", &Connectivity::w_ii, not_negative},
};

inline constexpr Field<Experiment> simulation_fields[] = {
    {"duration_s", &Experiment::duration_s, positive},
    {"dt_ms", &Experiment::dt_ms, positive},
    {"dt_fast_forward_s", &Experiment::dt_fast_forward_s, positive},
};

inline constexpr Field<CheckpointSettings> checkpoint_fields[] = {
    {"every_wall_min", &CheckpointSettings::every_wall_min, not_negative},
    {"every_simulated_s", &CheckpointSettings::every_simulated_s, not_negative},
};

}  // namespace engram

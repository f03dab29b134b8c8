// Keys of the numeric parameters, with the member each one sets and its allowed range: one table
// for reading and for writing.
#pragma once

#include <span>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// The ranges hold whatever is physically thinkable, and more; beyond them numbers are mistakes, and
// would leave what the arithmetic can represent.
inline constexpr double longest_time_s = 1e10;  // 300 years
inline constexpr double longest_tau_s = 1e9;
inline constexpr Range potential_mV = between(-1e6, 1e6);
inline constexpr Range tau_ms = between(1e-3, 1e6);
inline constexpr Range tau_s = between(1e-3, longest_tau_s);
inline constexpr Range delay_ms = above_0_up_to(1e5);
inline constexpr Range calcium = between(0, 1e6);
inline constexpr Range relative_weight = between(0, 1e6);
inline constexpr Range threshold = between(1e-6, 1e9);

template <class Parameters>
struct Field {
    const char* key;
    double Parameters::*member;
    Range range;
    //! Whether it is written of these parameters; null: of all.
    bool (*applies)(const Parameters&) = nullptr;
};

template <class Parameters, std::size_t n>
void read_fields(ConfigReader& reader, const Field<Parameters> (&fields)[n],
                 Parameters& parameters) {
    for (const Field<Parameters>& field : fields)
        reader.number(field.key, parameters.*field.member, field.range);
}

//! Of a section that has these keys only.
template <class Parameters, std::size_t n>
void read_section(ConfigReader reader, const Field<Parameters> (&fields)[n],
                  Parameters& parameters) {
    read_fields(reader, fields, parameters);
    reader.finish();
}

// A key that takes one of several words, which are in the order of the enumeration.
template <class Parameters, class Enumeration>
struct WordField {
    const char* key;
    Enumeration Parameters::*member;
    std::span<const char* const> words;

    const char* word_of(const Parameters& parameters) const {
        return words[static_cast<std::size_t>(parameters.*member)];
    }
};

template <class Parameters, class Enumeration>
void read_word(ConfigReader& reader, const WordField<Parameters, Enumeration>& field,
               Parameters& parameters) {
    auto index = static_cast<std::size_t>(parameters.*field.member);
    reader.word(field.key, index, {field.words.begin(), field.words.end()});
    parameters.*field.member = static_cast<Enumeration>(index);
}

inline constexpr Field<NeuronParameters> neuron_fields[] = {
    {"V_init_mV", &NeuronParameters::v_init_mV, potential_mV},
    {"V_rev_mV", &NeuronParameters::v_rev_mV, potential_mV},
    {"V_reset_mV", &NeuronParameters::v_reset_mV, potential_mV},
    {"V_th_mV", &NeuronParameters::v_th_mV, potential_mV},
    {"R_leak_MOhm", &NeuronParameters::r_leak_MOhm, between(1e-3, 1e6)},
    {"C_mem_nF", &NeuronParameters::c_mem_nF, between(1e-6, 1e6)},
    {"t_ref_ms", &NeuronParameters::t_ref_ms, delay_ms},
};

inline constexpr Field<SynapseParameters> synapse_fields[] = {
    {"tau_syn_ms", &SynapseParameters::tau_syn_ms, tau_ms},
    {"t_ax_delay_ms", &SynapseParameters::t_ax_delay_ms, delay_ms},
    {"h_0_mV", &SynapseParameters::h_0_mV, between(1e-6, 1e5)},
    {"t_Ca_delay_ms", &SynapseParameters::t_ca_delay_ms, between(0, 1e5)},
    {"Ca_pre", &SynapseParameters::ca_pre, calcium},
    {"Ca_post", &SynapseParameters::ca_post, calcium},
    {"tau_Ca_ms", &SynapseParameters::tau_ca_ms, tau_ms},
    {"tau_h_s", &SynapseParameters::tau_h_s, tau_s},
    {"gamma_p", &SynapseParameters::gamma_p, between(0, 1e9)},
    {"gamma_d", &SynapseParameters::gamma_d, between(0, 1e9)},
    {"theta_p", &SynapseParameters::theta_p, threshold},
    {"theta_d", &SynapseParameters::theta_d, threshold},
    {"sigma_pl_mV", &SynapseParameters::sigma_pl_mV, between(0, 1e6)},
    {"theta_pro_mV", &SynapseParameters::theta_pro_mV, threshold},
    {"theta_tag_mV", &SynapseParameters::theta_tag_mV, threshold},
    {"p_max_umol_per_l", &SynapseParameters::p_max_umol_per_l, between(0, 1e6)},
    {"tau_p_s", &SynapseParameters::tau_p_s, tau_s},
    {"tau_z_s", &SynapseParameters::tau_z_s, tau_s},
    {"f_int_l_per_umol", &SynapseParameters::f_int_l_per_umol, between(0, 1e6)},
    {"z_max", &SynapseParameters::z_max, between(1e-6, 1e3)},
};

inline constexpr const char* protein_pools_words[] = {"C", "P/D", "P/C/D"};
inline constexpr WordField<SynapseParameters, ProteinPools> protein_pools_field{
    "protein_pools", &SynapseParameters::protein_pools, protein_pools_words};

inline constexpr Field<BackgroundParameters> background_fields[] = {
    {"mean_nA", &BackgroundParameters::mean_nA, between(-1e6, 1e6)},
    {"sigma_wn_nA_sqrt_s", &BackgroundParameters::sigma_wn_nA_sqrt_s, between(0, 1e6)},
};

inline constexpr Field<Connectivity> connectivity_fields[] = {
    {"probability", &Connectivity::probability, unit_interval},
    {"w_ei", &Connectivity::w_ei, relative_weight},
    {"w_ie", &Connectivity::w_ie, relative_weight},
    {"w_ii", &Connectivity::w_ii, relative_weight},
};

inline constexpr Field<Projection> projection_fields[] = {
    {"probability", &Projection::probability, unit_interval,
     [](const Projection& projection) { return !projection.file; }},
    {"weight_h_0", &Projection::weight_h_0, between(-1e6, 1e6),
     [](const Projection& projection) { return !projection.plastic; }},
};

inline constexpr Field<Experiment> simulation_fields[] = {
    {"duration_s", &Experiment::duration_s, above_0_up_to(longest_time_s)},
    {"dt_ms", &Experiment::dt_ms, between(1e-4, 1e3)},
    {"dt_fast_forward_s", &Experiment::dt_fast_forward_s, above_0_up_to(longest_time_s)},
};

inline constexpr Field<CheckpointSettings> checkpoint_fields[] = {
    {"every_wall_min", &CheckpointSettings::every_wall_min, between(0, 1e9)},
    {"every_simulated_s", &CheckpointSettings::every_simulated_s, between(0, longest_time_s)},
};

}  // namespace engram

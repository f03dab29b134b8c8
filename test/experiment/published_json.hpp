// SPDX-License-Identifier: Apache-2.0
// JSON files of the published program, with its values unless others are given.
#pragma once

#include <string>

namespace engram::test {

struct PublishedJson {
    // Entries of the sections, each "key": value, separated by commas.
    std::string simulation = R"("runtime": 1)";
    std::string populations = R"("N_exc": 1600, "N_inh": 400, "N_CA": 150, "p_c": 0.1, "p_r": 0.5)";
    std::string calcium = R"("Ca_pre": 0.6, "Ca_post": 0.1655)";
    std::string sigma_pl = "2.90436";

    std::string text() const {
        return R"({
"simulation": {"dt": 0.2, "dt_ff": 50000, "output_period": 1, "reduced_data": 0, )" +
               simulation + R"(},
"populations": {"w_ei": 2.0, "w_ie": 4.0, "w_ii": 4.0, )" +
               populations + R"(},
"neuron": {"mechanism": "lif", "V_init": -65, "V_rev": -65, "V_reset": -70, "V_th": -55,
           "R_leak": 10, "R_reset": 1e-10, "C_mem": 1e-9, "t_ref": 2, "radius": 1e-3},
"synapses": {"tau_syn": 5, "t_ax_delay": 3, "syn_exc_calcium_plasticity": {
    "h_0": 4.20075, "t_Ca_delay": 18.8, "theta_p": 3, "theta_d": 1.2, "theta_pro": 2.10037,
    "theta_tag": 0.840149, "p_max": 10, "tau_h": 688400, "tau_z": 3600000, "tau_Ca": 48.8,
    "tau_p": 3600000, "sigma_pl": )" +
               sigma_pl + ", " + calcium + "}}\n}\n";
    }
};

inline const std::string four_neurons =
    R"("N_exc": 4, "N_inh": 0, "N_CA": 1, "p_c": -1, "p_r": 1, "conn_file": ")" ENGRAM_SOURCE_DIR
    R"(/configs/connections_smallnet2.txt")";
inline const std::string of_one_synapse = R"("Ca_pre": 1.0, "Ca_post": 0.2758)";

inline const std::string seven_spikes = R"("learn_protocol": {"scheme": "EXPLICIT",
    "explicit_input": {"receivers": [0], "stim_times": [10, 20, 30, 40, 50, 60, 100]}})";
inline const std::string triplet =
    R"("learn_protocol": {"scheme": "TRIPLET", "time_start": 10, "freq": 100, "N_stim": 25})";
inline const std::string recall =
    R"("recall_protocol": {"scheme": "ONEPULSE", "time_start": 28810, "freq": 100, "N_stim": 25})";
inline const std::string background =
    R"("bg_protocol": {"scheme": "FULL", "time_start": 0, "I_0": 0.15, "sigma_WN": 0.05})";

}  // namespace engram::test

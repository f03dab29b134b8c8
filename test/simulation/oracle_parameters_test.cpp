// SPDX-License-Identifier: Apache-2.0
// Each parameter of neurons and synapses against the dense oracle: none has its default here, so
// that one which an executor, a mechanism or the oracle does not know makes a difference.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "experiment/keys.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

template <class Section>
void expect_no_default(const Section& section, const typename Section::Owner& owner,
                       const std::set<std::string>& of_other_tests = {}) {
    const typename Section::Owner usual{};
    section.for_each([&](const auto& key) {
        if (of_other_tests.contains(key.name)) return;
        EXPECT_NE(owner.*key.member, usual.*key.member)
            << key.name << ": give it another value here, and teach it to the oracle";
    });
}

NeuronParameters other_neuron() {
    NeuronParameters neuron;
    neuron.v_init_mV = -63.7;
    neuron.v_rev_mV = -64.2;
    neuron.v_reset_mV = -68.4;
    neuron.v_th_mV = -54.6;
    neuron.r_leak_MOhm = 11.3;
    neuron.c_mem_nF = 0.93;
    neuron.t_ref_ms = 2.6;
    return neuron;
}

Experiment other_network() {
    Experiment e = noisy_learning_network();
    e.neuron = other_neuron();
    e.background = {0.37, 0.12};
    e.record.neurons = {0, 5, 17, 40, 49};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 7;
    return e;
}

const std::set<std::string> of_morphologies = {"morphology", "protein_diffusivity_um2_per_s"};

class OracleParameters : public OnEachExecutor {};
ENGRAM_ON_EACH_EXECUTOR(OracleParameters);

TEST_P(OracleParameters, OfPoints) {
    const Experiment e = other_network();
    expect_no_default(keys::neuron, e.neuron, of_morphologies);
    expect_no_default(keys::background, e.background);
    compare_with_oracle(e, executor(), {500, 50});
}

TEST_P(OracleParameters, OfNeuronsWithAMorphology) {
    Experiment e = other_network();
    Morphology& cell = e.neuron.morphology.emplace();
    cell.soma_radius_um = 4.0;
    cell.basal_dendrite_um = 60.0;
    cell.apical_dendrite_um = 30.0;
    cell.compartment_um = 2.5;
    cell.axial_resistivity_ohm_cm = 120.0;
    cell.capacitance = Morphology::Capacitance::published;
    cell.synaptic_gain = 1.04;
    cell.reset = Morphology::Reset::any_compartment;
    expect_no_default(keys::neuron, e.neuron, {"protein_diffusivity_um2_per_s"});
    expect_no_default(keys::morphology, cell);
    compare_with_oracle(e, executor(), {500, 50});
}

TEST_P(OracleParameters, OfSynapses) {
    Experiment e = other_network();
    SynapseParameters& s = e.synapses;
    s.tau_syn_ms = 4.3;
    s.t_ax_delay_ms = 2.4;
    s.h_0_mV = 3.9;
    s.t_ca_delay_ms = 15.4;
    s.ca_pre = 1.1;
    s.ca_post = 0.31;
    s.tau_ca_ms = 43.0;
    s.tau_h_s = 600.0;
    s.gamma_p = 1500.0;
    s.gamma_d = 290.0;
    s.theta_p = 2.7;
    s.theta_d = 1.1;
    s.sigma_pl_mV = 2.3;
    s.theta_pro_mV = 1.7;
    s.theta_tag_mV = 0.7;
    s.p_max_umol_per_l = 8.0;
    s.tau_p_s = 1.7;
    s.tau_z_s = 2.3;
    s.f_int_l_per_umol = 0.13;
    s.z_max = 1.2;
    s.protein_pools = ProteinPools::p_c_and_d;
    s.rate_threshold_p_Hz = 30.0;
    s.rate_threshold_d_Hz = 12.0;
    s.rate_window_s = 0.2;
    expect_no_default(keys::synapses, s);
    compare_with_oracle(e, executor(), {500, 50});
}

}  // namespace
}  // namespace engram::test

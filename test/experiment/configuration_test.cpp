// SPDX-License-Identifier: Apache-2.0
// Configurations: values, overrides, round trips.
#include "experiment/configuration.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <limits>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/errors.hpp"
#include "experiment/problems_of.hpp"
#include "experiment/schedule.hpp"

namespace engram {
namespace {

using test::minimal;

// The keys that the published schemes take, in the order of the members.
struct PublishedStimulus {
    std::string name;
    Scheme scheme;
    StimulusRole role;
    std::string group;
    double start_s, duration_s, n_inputs, rate_Hz;
    std::vector<double> spike_times_ms;
    double train_s = 0, period_s = 0;
    Step repeats = 1;
};

Stimulus stimulus_of(const PublishedStimulus& given) {
    Stimulus stimulus;
    stimulus.name = given.name;
    stimulus.scheme = given.scheme;
    stimulus.role = given.role;
    stimulus.group = given.group;
    stimulus.start_s = given.start_s;
    stimulus.duration_s = given.duration_s;
    stimulus.n_inputs = given.n_inputs;
    stimulus.rate_Hz = given.rate_Hz;
    stimulus.spike_times_ms = given.spike_times_ms;
    stimulus.train_s = given.train_s;
    stimulus.period_s = given.period_s;
    stimulus.repeats = given.repeats;
    return stimulus;
}

TEST(Configuration, defaults_are_the_published_ones) {
    const Experiment experiment = parse_configuration(minimal, "configs/name.yaml");
    Experiment expected;
    expected.duration_s = 30;
    expected.groups = experiment.groups;
    expected.output_directory = "results/name";
    EXPECT_EQ(experiment, expected);
    EXPECT_EQ(experiment.group("exc").ids.size(), 1600u);
}

TEST(Configuration, every_value_is_read) {
    const Experiment experiment = parse_configuration(
        R"(simulation: {duration_s: 100, dt_ms: 0.1, seed: 18446744073709551615, fast_forward: off,
             dt_fast_forward_s: 25, description: "a: b"}
populations: {n_exc: 8, n_inh: 2}
connectivity: {probability: 0.2, w_ei: 1, w_ie: 2, w_ii: 3, file_checksum: sum}
background: {mean_nA: -0.5, sigma_wn_nA_sqrt_s: 0.25}
stimuli:
  second: {scheme: STET, group: inh, start_s: 1, rate_Hz: 50}
  recall_1: {scheme: RECT, group: exc, start_s: 2, duration_s: 3, n_inputs: 4, rate_Hz: 5}
  recall_2: {scheme: EXPLICIT, group: all, spike_times_ms: [1, 2.5], role: learn}
  all_along: {scheme: FULL, group: all, n_inputs: 1.5, rate_Hz: +2e1}
  weak: {scheme: WTET, group: exc, start_s: 6, rate_Hz: 100}
  trains: {scheme: POISSON, group: exc, start_s: 7, rate_Hz: 8, train_s: 9, period_s: 10, repeats: 11}
neuron: {V_init_mV: -61, V_rev_mV: -62, V_reset_mV: -63, V_th_mV: -50, R_leak_MOhm: 11,
         C_mem_nF: 2, t_ref_ms: 3,
         morphology: {soma_radius_um: 4, basal_dendrite_um: 5, apical_dendrite_um: 6,
                      compartment_um: 0.5, axial_resistivity_Ohm_cm: 7, capacitance: published,
                      synaptic_gain: 8, reset: any_compartment}}
synapses: {tau_syn_ms: 1, t_ax_delay_ms: 2, h_0_mV: 3, t_Ca_delay_ms: 4, Ca_pre: 5, Ca_post: 6,
           tau_Ca_ms: 7, tau_h_s: 8, gamma_p: 9, gamma_d: 10, theta_p: 12, theta_d: 11,
           sigma_pl_mV: 13, theta_pro_mV: 14, theta_tag_mV: 15, p_max_umol_per_l: 16, tau_p_s: 17,
           tau_z_s: 18, f_int_l_per_umol: 19, z_max: 20, protein_pools: C,
           rate_threshold_p_Hz: 21, rate_threshold_d_Hz: 22, rate_window_s: 23}
record: {neurons: [9, exc], synapses: [[0, 1], [1, 0]], every_steps: 7, snapshots_s: [100, 0],
         synapses_between: [{from: exc, to: exc, count: 2}]}
checkpoint: {every_wall_min: 2.5, every_simulated_s: 3, phase_ends: false, keep: 4}
output: {directory: out}
)",
        "c.yaml");
    EXPECT_EQ(experiment.seed, 18446744073709551615ULL);
    EXPECT_EQ(experiment.fast_forward, FastForward::off);
    EXPECT_EQ(experiment.dt_ms, 0.1);
    EXPECT_EQ(experiment.dt_fast_forward_s, 25);
    EXPECT_EQ(experiment.description, "a: b");
    EXPECT_EQ(experiment.populations, (Populations{8, 2}));
    EXPECT_EQ(experiment.connectivity, (Connectivity{0.2, {}, 1, 2, 3, false, "sum"}));
    EXPECT_EQ(experiment.checkpoint, (CheckpointSettings{2.5, 3, false, 4}));
    EXPECT_EQ(experiment.record.selections, (std::vector<SynapseSelection>{{"exc", "exc", 2}}));
    EXPECT_EQ(experiment.background, (BackgroundParameters{-0.5, 0.25}));
    EXPECT_EQ(experiment.neuron,
              (NeuronParameters{-61, -62, -63, -50, 11, 2, 3,
                                Morphology{4, 5, 6, 0.5, 7, Morphology::Capacitance::published, 8,
                                           Morphology::Reset::any_compartment},
                                std::numeric_limits<double>::infinity()}));
    EXPECT_EQ(experiment.synapses, (SynapseParameters{1,  2,  3,  4,  5,  6,  7,
                                                      8,  9,  10, 12, 11, 13, 14,
                                                      15, 16, 17, 18, 19, 20, ProteinPools::common,
                                                      21, 22, 23}));
    EXPECT_EQ(experiment.record.neurons, (std::vector<NeuronId>{9, 0, 1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(experiment.record.synapses, (std::vector<RecordedSynapse>{{0, 1}, {1, 0}}));
    EXPECT_EQ(experiment.record.every_steps, 7);
    EXPECT_EQ(experiment.record.snapshots_s, (std::vector<double>{0, 100}));
    EXPECT_EQ(experiment.output_directory, "out");

    const auto learn = StimulusRole::learn;
    const auto recall = StimulusRole::recall;
    ASSERT_EQ(experiment.stimuli.size(), 6u);
    EXPECT_EQ(experiment.stimuli[0],
              (stimulus_of({"second", Scheme::stet, learn, "inh", 1, 1200, 0, 50, {}})));
    EXPECT_EQ(experiment.stimuli[1],
              (stimulus_of({"recall_1", Scheme::rect, recall, "exc", 2, 3, 4, 5, {}})));
    EXPECT_EQ(
        experiment.stimuli[2],
        (stimulus_of({"recall_2", Scheme::explicit_spikes, learn, "all", 0, 0, 0, 0, {1, 2.5}})));
    EXPECT_EQ(experiment.stimuli[3],
              (stimulus_of({"all_along", Scheme::full, learn, "all", 0, 0, 1.5, 20, {}})));
    EXPECT_EQ(experiment.stimuli[4],
              (stimulus_of({"weak", Scheme::wtet, learn, "exc", 6, 0, 0, 100, {}})));
    EXPECT_EQ(experiment.stimuli[5],
              (stimulus_of({"trains", Scheme::poisson, learn, "exc", 7, 0, 0, 8, {}, 9, 10, 11})));
}

TEST(Configuration, overrides_replace_values_lists_and_maps) {
    const std::string text =
        minimal + "stimuli:\n  learn: {scheme: FULL, group: exc, n_inputs: 1, rate_Hz: 2}\n";
    const Experiment experiment = parse_configuration(
        text, "c.yaml",
        {"simulation.seed=7", "simulation.seed=8", "stimuli.learn.rate_Hz=100",
         "record.neurons=[1, 2]", "groups.part={of: exc, count: 3}", "groups.part.count=4",
         "stimuli.recall.scheme=FULL", "stimuli.recall.group=part", "stimuli.recall.n_inputs=3",
         "stimuli.recall.rate_Hz=4", "simulation.description=a = b", "connectivity.file="});
    EXPECT_EQ(experiment.seed, 8u);
    EXPECT_EQ(experiment.stimuli.at(0).rate_Hz, 100);
    EXPECT_EQ(experiment.stimuli.at(1).name, "recall");
    EXPECT_EQ(experiment.stimuli.at(1).n_inputs, 3);
    EXPECT_EQ(experiment.record.neurons, (std::vector<NeuronId>{1, 2}));
    EXPECT_EQ(experiment.group("part").ids.size(), 4u);
    EXPECT_EQ(experiment.description, "a = b");
}

TEST(Configuration, empty_file_with_overrides) {
    const std::string path = std::filesystem::temp_directory_path() /
                             ("engram_empty_" + std::to_string(getpid()) + ".yaml");
    std::ofstream(path).close();
    EXPECT_THROW(read_configuration(path), ConfigError);
    EXPECT_EQ(read_configuration(path, {"simulation.duration_s=3"}).duration_s, 3);
    std::filesystem::remove(path);
}

TEST(Configuration, resolved_text_keeps_every_bit) {
    Experiment experiment = parse_configuration(
        minimal + "groups: {drawn: {random: {of: all, fraction: 0.1}}, one: {ids: [1999]}}\n",
        "c.yaml",
        {"simulation.dt_ms=0.1", "background.mean_nA=0.30000000000000004",
         "background.sigma_wn_nA_sqrt_s=1e-300", "simulation.seed=18446744073709551615"});
    experiment.description = "line 1\nline 2: \"quoted\" \\ # \t \xc3\xa4";
    experiment.output_directory = "a: b/#c";
    const std::string text = resolved_configuration(experiment);
    EXPECT_EQ(text.substr(0, text.find('\n')),
              "# Engram " ENGRAM_VERSION " resolved configuration");
    EXPECT_EQ(text.find("random"), std::string::npos);
    EXPECT_NE(text.find("one: {first: 1999, count: 1}"), std::string::npos);
    const Experiment again = parse_configuration(text, "elsewhere.yaml");
    EXPECT_EQ(again, experiment);
    EXPECT_EQ(resolved_configuration(again), text);
}

TEST(Configuration, shipped_files_are_valid_and_survive_a_round_trip) {
    const std::filesystem::path directory = std::filesystem::path(ENGRAM_SOURCE_DIR) / "configs";
    std::map<std::string, std::string> schedules;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() != ".yaml") continue;
        const std::string stem = entry.path().stem();
        SCOPED_TRACE(stem);
        const Experiment experiment = read_configuration(entry.path());
        EXPECT_EQ(experiment.output_directory, "results/" + stem);
        EXPECT_FALSE(experiment.description.empty());
        EXPECT_EQ(parse_configuration(resolved_configuration(experiment), "elsewhere.yaml"),
                  experiment);
        schedules[stem] = make_schedule(experiment).name;
    }
    EXPECT_EQ(
        schedules,
        (std::map<std::string, std::string>{
            {"basic_early", "learn"},
            {"basic_early_det", "learn"},
            {"basic_late", "learn - consolidate"},
            {"basic_late_stet", "learn - consolidate"},
            {"defaultnet_10s_recall", "learn+recall"},
            {"defaultnet_8h_recall", "learn - consolidate - recall"},
            {"defaultnet_background", "background"},
            {"defaultnet_max_activity", "learn"},
            {"recall_by_size", "learn+recall"},
            {"smallnet2_max_activity", "learn"},
            {"smallnet3_10s_recall", "learn+recall"},
            {"smallnet3_8h_recall", "learn - consolidate - recall"},
            {"three_memories", "learn - consolidate - recall"},
            {"three_memories_interleaved", "learn - consolidate - background"},
            {"three_memories_intermediate", "learn - consolidate - background"},
            {"spontaneous_trials", "background"},
            {"random_weights", "learn - consolidate - background"},
            {"three_memories_overlap10", "learn - consolidate - background"},
            {"neuromodulation", "learn+recall"},
            {"neuromodulation_timing", "learn - consolidate - recall"},
            {"induction_stet", "consolidate - recall"},
            {"induction_wtet", "consolidate - recall"},
            {"induction_slfs", "consolidate - recall"},
            {"induction_wlfs", "consolidate - recall"},
            {"rate_map", "consolidate - recall"},
            {"morphology_10s_recall", "learn+recall"},
            {"morphology_8h_recall", "learn - consolidate - recall"},
            {"morphology_by_diffusivity", "learn+recall"},
            {"attractor_memories", "learn - consolidate - recall"},
            {"intermediate_recall",
             "learn - consolidate - recall - consolidate - recall - consolidate"},
            {"priming", "learn - consolidate - recall - consolidate - background - consolidate"},
            {"two_regions", "learn - consolidate - recall"}}));
}

TEST(Configuration, shipped_default_network_is_the_published_one) {
    const Experiment experiment =
        read_configuration(ENGRAM_SOURCE_DIR "/configs/defaultnet_8h_recall.yaml");
    EXPECT_EQ(experiment.group("assembly").ids.size(), 200u);
    EXPECT_EQ(experiment.group("recalled").ids.size(), 100u);
    EXPECT_EQ(experiment.group("recalled").ids.back(), 99u);
    EXPECT_EQ(experiment.synapses, SynapseParameters{});
    EXPECT_EQ(experiment.neuron, NeuronParameters{});
    EXPECT_EQ(experiment.background, BackgroundParameters{});
    EXPECT_EQ(experiment.connectivity, Connectivity{});
}

}  // namespace
}  // namespace engram

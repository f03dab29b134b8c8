// SPDX-License-Identifier: Apache-2.0
// The published JSON configurations.
#include "experiment/arbor_import.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "base/errors.hpp"
#include "base/temporary_directory.hpp"
#include "experiment/config_text.hpp"
#include "experiment/configuration.hpp"
#include "experiment/published_json.hpp"
#include "experiment/schedule.hpp"

namespace engram {
namespace {

using namespace test;

constexpr auto small = [](const std::string& simulation) {
    return PublishedJson{simulation, four_neurons, of_one_synapse};
};

// The protocols that were published, and the schedules that they select.
const std::pair<PublishedJson, const char*> protocols[] = {
    {{R"("runtime": 60, )" + triplet + ", " + background}, "learn - consolidate"},
    {{R"("runtime": 28820, )" + triplet + ", " + recall + ", " + background},
     "learn - consolidate - recall"},
    {{R"("runtime": 0.2, "learn_protocol": {"scheme": "FULL", "freq": 1, "N_stim": 50000})",
      R"("N_exc": 1600, "N_inh": 400, "N_CA": 1, "p_c": 0.1, "p_r": 0.5)"},
     "learn"},
    {small(R"("runtime": 0.2, )" + seven_spikes), "learn"},
    {small(R"("runtime": 28800, "learn_protocol": {"scheme": "STET", "time_start": 3600,
              "duration": 1200, "freq": 100, "explicit_input": {"receivers": [0, 1],
              "stim_times": []}})"),
     "learn - consolidate"},
    {{R"("runtime": 10, )" + background}, "background"},
    {{R"("runtime": 30)"}, "consolidate"},
};

// As of a file in the present directory, with settings of the command line.
ConfigTree tree_of(const PublishedJson& json, const Overrides& overrides = {}) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("config.json");
    put(path, json.text());
    return read_config_tree(path, overrides);
}
Experiment experiment_of(const PublishedJson& json, const Overrides& overrides = {}) {
    return make_experiment(tree_of(json, overrides));
}

std::string import_problems_of(const std::string& text) {
    try {
        import_arbor_configuration(text, "dir/config.json");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "none";
}

TEST(ArborImport, every_protocol_selects_its_schedule) {
    for (const auto& [json, schedule] : protocols)
        EXPECT_EQ(make_schedule(experiment_of(json)).name, schedule) << json.simulation;
}

TEST(ArborImport, values_are_those_of_our_own_configurations) {
    // The protocols that exist in both forms differ in nothing that reaches a result.
    PublishedJson without_noise = small(R"("runtime": 0.2, )" + seven_spikes);
    without_noise.sigma_pl = "0";
    const std::pair<PublishedJson, std::string> pairs[] = {
        {without_noise, "basic_early_det"},
        {small(R"("runtime": 0.2, )" + seven_spikes), "basic_early"},
        {small(R"("runtime": 28820, "learn_protocol": {"scheme": "RECT", "time_start": 0,
                  "duration": 14400, "freq": 1, "N_stim": 5000})"),
         "basic_late"}};
    for (const auto& [json, yaml] : pairs) {
        const Experiment imported = experiment_of(json);
        const Experiment ours =
            read_configuration(std::string(ENGRAM_SOURCE_DIR "/configs/") + yaml + ".yaml");
        EXPECT_EQ(imported.neuron, ours.neuron) << yaml;
        EXPECT_EQ(imported.synapses, ours.synapses) << yaml;
        EXPECT_EQ(imported.duration_s, ours.duration_s) << yaml;
        EXPECT_EQ(imported.dt_ms, ours.dt_ms) << yaml;
        EXPECT_EQ(imported.background, ours.background) << yaml;
        EXPECT_EQ(imported.connectivity.file, ours.connectivity.file) << yaml;
        ASSERT_EQ(imported.stimuli.size(), ours.stimuli.size()) << yaml;
        const Stimulus& a = imported.stimuli.front();
        const Stimulus& b = ours.stimuli.front();
        EXPECT_EQ(a.scheme, b.scheme) << yaml;
        EXPECT_EQ(a.start_s, b.start_s) << yaml;
        EXPECT_EQ(a.duration_s, b.duration_s) << yaml;
        EXPECT_EQ(a.n_inputs * a.rate_Hz, b.n_inputs * b.rate_Hz) << yaml;
        EXPECT_EQ(a.spike_times_ms, b.spike_times_ms) << yaml;
        EXPECT_EQ(imported.receivers(a), ours.receivers(b)) << yaml;
    }
}

TEST(ArborImport, the_text_form_gives_the_same_experiment) {
    for (const auto& [json, schedule] : protocols) {
        const ConfigTree tree = tree_of(json);
        EXPECT_EQ(parse_configuration(config_text(tree.root), tree.file), make_experiment(tree))
            << schedule;
    }
}

// Those whose number is below p_r * N_CA, of any assembly.
TEST(ArborImport, the_recalled_neurons_are_a_fraction_that_is_rounded_up) {
    const auto n_recalled = [&](const std::string& n_assembly, const std::string& fraction,
                                const Overrides& overrides = {}) {
        const PublishedJson json{R"("runtime": 1)",
                                 R"("N_exc": 300, "N_inh": 0, "p_c": 0.1, "N_CA": )" + n_assembly +
                                     R"(, "p_r": )" + fraction};
        const ConfigTree tree = tree_of(json);
        return parse_configuration(config_text(tree.root), "x.yaml", overrides)
            .group("recalled")
            .ids.size();
    };
    EXPECT_EQ(n_recalled("10", "0.5"), 5u);
    EXPECT_EQ(n_recalled("11", "0.5"), 6u);
    EXPECT_EQ(n_recalled("11", "0.4"), 5u);  // below 4.4
    EXPECT_EQ(n_recalled("101", "0.3"), 31u);
    EXPECT_EQ(n_recalled("101", "0.3", {"groups.assembly.count=200"}), 60u);
    EXPECT_EQ(n_recalled("100", "0.55"), 56u);  // 0.55 * 100 is above 55 in binary
}

const std::string samples = R"(, "sample_gid_list": [6, 68, 68, 1615, 1620, 6],
                               "sample_pre_list": [-1, 6, 1528, -1, 6, 0])";

TEST(ArborImport, samples_keep_their_order) {
    const Experiment e =
        experiment_of({R"("runtime": 1)" + samples}, {"groups.assembly.count=200"});
    EXPECT_EQ(e.group("assembly").ids.size(), 200u);
    EXPECT_EQ(e.group("recalled").ids.size(), 100u);
    EXPECT_EQ(e.record.neurons, (std::vector<NeuronId>{6, 68, 1615, 1620}));
    EXPECT_EQ(e.record.synapses_if_present,
              (std::vector<RecordedSynapse>{{6, 68}, {1528, 68}, {0, 6}}));
    const std::vector<ExportBlock> blocks = {{std::nullopt, 6},    {6, 68},   {1528, 68},
                                             {std::nullopt, 1615}, {6, 1620}, {0, 6}};
    EXPECT_EQ(e.record.export_blocks, blocks);
    EXPECT_EQ(parse_configuration(resolved_configuration(e), "x.yaml").record.export_blocks,
              blocks);
}

TEST(ArborImport, settings_replace_the_whole_list_of_samples) {
    const PublishedJson json{R"("runtime": 1)" + samples};
    const Experiment e = experiment_of(json, {"record.neurons=[5]", "record.synapses=[[6, 68]]"});
    EXPECT_EQ(e.record.neurons, (std::vector<NeuronId>{5}));
    EXPECT_EQ(e.record.synapses, (std::vector<RecordedSynapse>{{6, 68}}));
    EXPECT_TRUE(e.record.synapses_if_present.empty());
    EXPECT_TRUE(e.record.export_blocks.empty());
    EXPECT_EQ(experiment_of(json, {"record.every_steps=5"}).record.export_blocks.size(), 6u);
}

TEST(ArborImport, what_begins_after_the_end_is_left_out) {
    const PublishedJson json{R"("runtime": 3, )" + triplet + ", " + recall + ", " + background};
    const ConfigTree tree = tree_of(json);
    const Experiment e = make_experiment(tree);
    EXPECT_TRUE(e.stimuli.empty());
    EXPECT_EQ(make_schedule(e).phases.size(), 1u);
    ASSERT_EQ(tree.notices.size(), 2u);
    EXPECT_EQ(tree.notices[0],
              "learn_protocol begins after the end of the run, 3 s, and is left out; until there "
              "the run is spiking");
    // A longer run has them, and one that waits for learning does not consolidate.
    EXPECT_EQ(make_schedule(experiment_of(json, {"simulation.duration_s=28820"})).name,
              "learn - consolidate - recall");
    PublishedJson waiting = json;
    waiting.simulation.replace(waiting.simulation.find("10,"), 3, "100,");
    const Schedule schedule = make_schedule(experiment_of(waiting, {"simulation.duration_s=60"}));
    ASSERT_EQ(schedule.phases.size(), 1u);
    EXPECT_EQ(schedule.phases[0].kind, PhaseKind::spiking);
    // What a setting puts there is a mistake.
    EXPECT_THROW(experiment_of(json, {"stimuli.learn.start_s=5"}), ConfigError);
    const PublishedJson spikes = small(R"("runtime": 0.055, )" + seven_spikes);
    EXPECT_EQ(experiment_of(spikes).stimuli.front().spike_times_ms,
              (std::vector<double>{10, 20, 30, 40, 50}));
}

TEST(ArborImport, backgrounds_may_be_pulses) {
    const auto changes = [](const std::string& scheme) {
        const Experiment e = experiment_of({R"("runtime": 3, "bg_protocol": {"I_0": 0.15,
            "sigma_WN": 0.01, "time_start": 0.5, "duration": 0.3, "scheme": ")" +
                                            scheme + "\"}"});
        EXPECT_EQ(e.background.mean_nA, 0.0);
        EXPECT_EQ(e.background.sigma_wn_nA_sqrt_s, 0.0);
        for (const BackgroundChange& change : e.background_changes) {
            EXPECT_EQ(change.mean_nA, 0.15);
            EXPECT_EQ(change.sigma_wn_nA_sqrt_s, 0.01);
            EXPECT_EQ(change.group, GroupNames("all"));
        }
        std::vector<std::pair<double, double>> intervals;
        for (const BackgroundChange& change : e.background_changes)
            intervals.emplace_back(change.start_s, change.duration_s.value_or(-1));
        return intervals;
    };
    using Intervals = std::vector<std::pair<double, double>>;
    EXPECT_EQ(changes("ONEPULSE"), (Intervals{{0.5, 0.1}}));
    EXPECT_EQ(changes("RECT"), (Intervals{{0.5, 0.3}}));
    EXPECT_EQ(changes("FULL"), (Intervals{{0.5, -1}}));
    EXPECT_EQ(changes("TRIPLET"), (Intervals{{0.5, 0.1}, {1.0, 0.1}, {1.5, 0.1}}));
    EXPECT_EQ(changes("EXPLICIT"), Intervals{});
}

TEST(ArborImport, files_of_the_brian_versions_are_told) {
    const std::string problem = import_problems_of(
        R"({"simulation": {"runtime": 0.2}, "neuron": {}, "synapses": {"h_0": 4.2, "calcium": {},
            "early_phase": {}, "late_phase": {}}})");
    EXPECT_NE(problem.find("for Brian 2"), std::string::npos) << problem;
    EXPECT_NE(problem.find("configs/basic_early.yaml"), std::string::npos) << problem;
    EXPECT_EQ(problem.find("is missing"), std::string::npos) << problem;
}

TEST(ArborImport, notes_what_it_completes_or_ignores) {
    PublishedJson json;
    json.populations += R"(, "conn_file": "connections_default.txt")";
    const auto notices = tree_of(json).notices;
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_NE(notices[0].find("no file connections_default.txt"), std::string::npos);
    EXPECT_NE(notices[0].find("p_c = 0.1"), std::string::npos);
    const auto unknown = import_arbor_configuration(
        R"({"simulation": {"runtime": 1, "runtme": 2}, "neuron": {}, "synapses": {},
            "populations": {"N_exc": 5, "N_inh": 0, "p_c": 0.1}, "other": 1})",
        "x.json");
    EXPECT_EQ(unknown.notices,
              (std::vector<std::string>{"other is not known, and ignored",
                                        "simulation.runtme is not known, and ignored"}));
}

// A file of the sequel, whose neurons are cylinders.
std::string with_cells(const std::string& neuron, const std::string& plasticity = "") {
    return R"({"simulation": {"runtime": 1, "protein_dist_gid": 1, "num_dendrite_probes": 3,
                              "mech_catalogue": "custom"},
               "populations": {"N_exc": 5, "N_inh": 0, "p_c": 0.1},
               "neuron": {"radius_soma": 6, "radius_dendrite_1": 6, "radius_dendrite_2": 6,
                          "length_dendrite_1": 12.5, "length_dendrite_2": 5,
                          "length_per_cv": 1.0, "diffusivity_sps": 1e-4)" +
           neuron + R"(},
               "synapses": {"syn_exc_calcium_plasticity": {"c_morpho": 1.035)" +
           plasticity + "}}}";
}
Experiment imported(const std::string& text, ArborDiffusivity diffusivity) {
    ConfigTree tree;
    tree.file = "x.json";
    tree.root = import_arbor_configuration(text, "x.json", diffusivity).root;
    return make_experiment(tree);
}

TEST(ArborImport, cells_of_the_sequel_are_cylinders) {
    const Experiment e =
        imported(with_cells(R"(, "diffusivity_pc": 1e-8)"), ArborDiffusivity::arbor_0_10);
    ASSERT_TRUE(e.neuron.morphology);
    const Morphology& m = *e.neuron.morphology;
    EXPECT_EQ(m.soma_radius_um, 6.0);
    EXPECT_EQ(m.basal_dendrite_um, 5.0);
    EXPECT_EQ(m.apical_dendrite_um, 12.5);
    EXPECT_EQ(m.compartment_um, 1.0);
    EXPECT_EQ(m.synaptic_gain, 1.035);
    EXPECT_EQ(m.capacitance, Morphology::Capacitance::published);
    EXPECT_EQ(m.reset, Morphology::Reset::any_compartment);
}

// 1e6 d r/2; 1e13 d dx, with dx = 30.5/31 um; 1e12 d. The value is told.
TEST(ArborImport, the_meaning_of_a_diffusivity_is_chosen) {
    const std::string text = with_cells(R"(, "diffusivity_pc": 1e-8)");
    const std::tuple<const char*, double> meanings[] = {
        {"0.10", 0.03}, {"0.11", 1e5 * 30.5 / 31}, {"si", 1e4}};
    for (const auto& [name, um2_per_s] : meanings) {
        const ArborDiffusivity meaning = arbor_diffusivity_of(name);
        EXPECT_NEAR(imported(text, meaning).neuron.protein_diffusivity_um2_per_s, um2_per_s,
                    1e-12 * um2_per_s);
        const auto notices = import_arbor_configuration(text, "x.json", meaning).notices;
        ASSERT_EQ(notices.size(), 1u) << name;
        EXPECT_NE(notices[0].find("um2/s (--arbor-diffusivity " + std::string(name)),
                  std::string::npos)
            << notices[0];
    }
    const Experiment points = imported(text, arbor_diffusivity_of("point"));
    EXPECT_FALSE(points.neuron.morphology);
    EXPECT_EQ(points.neuron, NeuronParameters{});
    EXPECT_THROW(arbor_diffusivity_of("0.12"), UsageError);
    EXPECT_THROW(arbor_diffusivity_of(""), UsageError);
}

TEST(ArborImport, cells_are_refused_unless_it_is) {
    const std::string problems = import_problems_of(with_cells(R"(, "diffusivity_pc": 1e-8)"));
    EXPECT_NE(problems.find("neuron.diffusivity_pc"), std::string::npos) << problems;
    EXPECT_NE(problems.find("--arbor-diffusivity 0.10"), std::string::npos) << problems;
    EXPECT_NE(import_problems_of(with_cells("")).find("--arbor-diffusivity"), std::string::npos);
}

TEST(ArborImport, cells_that_cannot_be_kept_are_refused) {
    const auto problems = [](const std::string& text) {
        try {
            import_arbor_configuration(text, "x.json", ArborDiffusivity::si);
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    std::string other_radius = with_cells("");
    other_radius.replace(other_radius.find("\"radius_dendrite_1\": 6"), 22,
                         "\"radius_dendrite_1\": 5");
    EXPECT_NE(problems(other_radius).find("radius_soma: differs"), std::string::npos)
        << problems(other_radius);
    std::string slow_signal = with_cells("");
    slow_signal.replace(slow_signal.find("1e-4"), 4, "1e-9");
    EXPECT_NE(problems(slow_signal).find("diffusivity_sps: must be at least 0.0001"),
              std::string::npos)
        << problems(slow_signal);
    EXPECT_EQ(problems(with_cells("")), "none");
}

TEST(ArborImport, proteins_may_be_many) {
    const Experiment e = imported(with_cells("", R"(, "p_max": 10000000.0)"), ArborDiffusivity::si);
    EXPECT_EQ(e.synapses.p_max_umol_per_l, 1e7);
}

const std::string others = R"("neuron": {}, "synapses": {}})";

std::string with_runtime(const std::string& value) {
    return "{\"simulation\": {\n\"runtime\": " + value +
           "},\n\"populations\": {\"N_exc\": 5, \"N_inh\": 0, \"p_c\": 0.1},\n" + others;
}

std::string with_populations(const std::string& entries) {
    return "{\"simulation\": {\"runtime\": 1},\n\"populations\": {\"N_exc\": 5, \"N_inh\": 0,\n" +
           entries + "},\n" + others;
}

TEST(ArborImport, problems_have_lines) {
    EXPECT_EQ(import_problems_of(with_runtime("\"long\"")),
              "dir/config.json:2: simulation.runtime: must be a number (is \"long\")");
    const ArborImport imported = import_arbor_configuration(with_runtime("-1"), "x.json");
    ConfigTree tree;
    tree.file = "x.json";
    tree.root = imported.root;
    try {
        make_experiment(tree);
        ADD_FAILURE();
    } catch (const ConfigError& error) {
        EXPECT_TRUE(std::string(error.what()).starts_with("x.json:2: simulation.duration_s: must"))
            << error.what();
    }
}

TEST(ArborImport, numbers_are_finite) {
    for (const char* number : {"1e400", "-1e400"})
        EXPECT_EQ(
            import_problems_of(with_runtime(number)),
            std::string("dir/config.json:2: simulation.runtime: must be a finite number (is ") +
                number + ")");
    for (const char* number : {"NaN", "Infinity", "0x5", "1e", "+1", ".5"})
        EXPECT_TRUE(
            import_problems_of(with_runtime(number)).starts_with("dir/config.json:2: not valid"))
            << number;
}

TEST(ArborImport, keys_are_given_once) {
    EXPECT_EQ(import_problems_of(with_populations("\"p_c\": 0.1,\n\"N_exc\": 6")),
              "dir/config.json:4: populations.N_exc: is given twice (first on line 2)");
}

TEST(ArborImport, ranges_are_checked) {
    EXPECT_EQ(import_problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 4, \"p_r\": -0.5")),
              "dir/config.json:3: populations.p_r: must be in [0, 1] (is -0.5)");
    EXPECT_NE(import_problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 4, \"p_r\": 1.5")),
              "none");
    EXPECT_NE(import_problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": -4")), "none");
    EXPECT_NE(import_problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 2.5")), "none");
}

TEST(ArborImport, nesting_has_an_end) {
    for (const char* opening : {"[", "{\"a\":"}) {
        std::string value;
        for (int i = 0; i < 100'000; ++i) value += opening;
        EXPECT_NE(import_problems_of(with_runtime(value)).find("nested too deeply"),
                  std::string::npos);
    }
}

TEST(ArborImport, text_holds_no_control_characters) {
    for (const char* text : {"\\u0007", "\\u0000", "\\u0085", "\\u202e"})
        EXPECT_NE(
            import_problems_of(with_runtime("1, \"description\": \"" + std::string(text) + "\""))
                .find("dir/config.json:2: simulation.description: holds "),
            std::string::npos)
            << text;
}

TEST(ArborImport, reports_every_problem) {
    EXPECT_NE(
        import_problems_of("{\n\"simulation\": {\n oops").find("dir/config.json:3: not valid JSON"),
        std::string::npos);
    const std::string missing = import_problems_of(R"({"simulation": {}})");
    for (const char* section : {"populations", "neuron", "synapses"})
        EXPECT_NE(missing.find(std::string(section) + ": is missing"), std::string::npos);
    const std::string many = import_problems_of(
        R"({"simulation": {"runtime": "long",
              "sample_gid_list": [1, 2], "sample_pre_list": [1, 2, 3]},
            "neuron": {"mechanism": "hh"}, "synapses": {},
            "populations": {"N_exc": 4, "N_inh": 0, "p_c": -1, "conn_file": "absent.txt"}})");
    for (const char* part :
         {"simulation.runtime: must be a number (is \"long\")", "sample_pre_list: must be as long",
          "neuron.mechanism: must be lif", "populations.conn_file: there is no file"})
        EXPECT_NE(many.find(part), std::string::npos) << part << "\nnot in\n" << many;
}

}  // namespace
}  // namespace engram

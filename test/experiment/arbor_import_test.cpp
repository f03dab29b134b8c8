// SPDX-License-Identifier: Apache-2.0
// The published JSON configurations.
#include "experiment/arbor_import.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <tuple>

#include "base/errors.hpp"
#include "experiment/config_text.hpp"
#include "experiment/configuration.hpp"
#include "experiment/schedule.hpp"

namespace engram {
namespace {

const std::string directory = ENGRAM_TEST_DATA_DIR "/arbor/";

const std::map<std::string, std::string> schedules = {
    {"config_defaultnet-like", "learn - consolidate"},
    {"config_defaultnet", "learn - consolidate"},
    {"config_defaultnet_det_max_activity", "learn"},
    {"config_defaultnet_no_bg", "learn"},
    {"config_smallnet2_basic_early", "learn"},
    {"config_smallnet2_basic_early_det", "learn"},
    {"config_smallnet2_basic_late", "learn - consolidate"},
    {"config_smallnet2_basic_late_STET", "learn - consolidate"},
    {"config_smallnet2_det", "learn"},
    {"config_smallnet2_det_small_tau_mem", "learn"},
    {"config_smallnet3_det", "learn"},
    {"config_smallnetX_non-det", "learn"},
};

std::string problems_of(const std::string& text) {
    try {
        import_arbor_configuration(text, "dir/config.json");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "none";
}

TEST(ArborImport, every_published_configuration_selects_its_schedule) {
    std::size_t n_files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() != ".json") continue;
        ++n_files;
        const std::string name = entry.path().stem();
        ASSERT_TRUE(schedules.count(name)) << name;
        EXPECT_EQ(make_schedule(read_configuration(entry.path())).name, schedules.at(name)) << name;
    }
    EXPECT_EQ(n_files, schedules.size());
}

TEST(ArborImport, values_are_those_of_our_own_configurations) {
    // The protocols that exist in both forms differ in nothing that reaches a result.
    const std::pair<std::string, std::string> pairs[] = {
        {"config_smallnet2_basic_early_det", "basic_early_det"},
        {"config_smallnet2_basic_early", "basic_early"},
        {"config_smallnet2_basic_late", "basic_late"}};
    for (const auto& [json, yaml] : pairs) {
        Experiment imported = read_configuration(directory + json + ".json");
        const Experiment ours =
            read_configuration(std::string(ENGRAM_SOURCE_DIR "/configs/") + yaml + ".yaml");
        EXPECT_EQ(imported.neuron, ours.neuron) << json;
        EXPECT_EQ(imported.synapses, ours.synapses) << json;
        EXPECT_EQ(imported.duration_s, ours.duration_s) << json;
        EXPECT_EQ(imported.dt_ms, ours.dt_ms) << json;
        EXPECT_EQ(imported.background, ours.background) << json;
        ASSERT_EQ(imported.stimuli.size(), ours.stimuli.size()) << json;
        const Stimulus& a = imported.stimuli.front();
        const Stimulus& b = ours.stimuli.front();
        EXPECT_EQ(a.scheme, b.scheme) << json;
        EXPECT_EQ(a.start_s, b.start_s) << json;
        EXPECT_EQ(a.duration_s, b.duration_s) << json;
        EXPECT_EQ(a.n_inputs * a.rate_Hz, b.n_inputs * b.rate_Hz) << json;
        EXPECT_EQ(a.spike_times_ms, b.spike_times_ms) << json;
        EXPECT_EQ(imported.receivers(a), ours.receivers(b)) << json;
    }
}

TEST(ArborImport, the_text_form_gives_the_same_experiment) {
    for (const auto& [name, schedule] : schedules) {
        const ConfigTree tree = read_config_tree(directory + name + ".json");
        EXPECT_EQ(parse_configuration(config_text(tree.root), directory + name + ".yaml"),
                  make_experiment(tree))
            << name;
    }
}

TEST(ArborImport, the_recalled_neurons_are_those_below_p_r_times_the_assembly) {
    const std::string start = R"({"simulation": {"runtime": 1}, "neuron": {}, "synapses": {},
        "populations": {"N_exc": 20, "N_inh": 0, "p_c": 0.1, "N_CA": )";
    const auto n_recalled = [&](const std::string& rest) {
        const ArborImport imported = import_arbor_configuration(start + rest + "}}", "x.json");
        return parse_configuration(config_text(imported.root), "x.yaml")
            .group("recalled")
            .ids.size();
    };
    EXPECT_EQ(n_recalled(R"(10, "p_r": 0.5)"), 5u);
    EXPECT_EQ(n_recalled(R"(11, "p_r": 0.5)"), 6u);
    EXPECT_EQ(n_recalled(R"(11, "p_r": 0.4)"), 5u);  // below 4.4
}

TEST(ArborImport, the_assembly_can_be_resized) {
    const Experiment e =
        read_configuration(directory + "config_defaultnet.json", {"groups.assembly.count=200"});
    EXPECT_EQ(e.group("assembly").ids.size(), 200u);
    EXPECT_EQ(e.group("recalled").ids.size(), 100u);
    EXPECT_EQ(e.record.neurons, (std::vector<NeuronId>{6, 68, 1615}));
    EXPECT_EQ(e.record.synapses_if_present, (std::vector<RecordedSynapse>{{6, 68}, {1528, 68}}));
}

TEST(ArborImport, notes_what_it_completes_or_ignores) {
    const auto notices = read_config_tree(directory + "config_defaultnet.json").notices;
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
    const std::string problems = problems_of(with_cells(R"(, "diffusivity_pc": 1e-8)"));
    EXPECT_NE(problems.find("neuron.diffusivity_pc"), std::string::npos) << problems;
    EXPECT_NE(problems.find("--arbor-diffusivity 0.10"), std::string::npos) << problems;
    EXPECT_NE(problems_of(with_cells("")).find("--arbor-diffusivity"), std::string::npos);
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
    EXPECT_EQ(problems_of(with_runtime("\"long\"")),
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
            problems_of(with_runtime(number)),
            std::string("dir/config.json:2: simulation.runtime: must be a finite number (is ") +
                number + ")");
    for (const char* number : {"NaN", "Infinity", "0x5", "1e", "+1", ".5"})
        EXPECT_TRUE(problems_of(with_runtime(number)).starts_with("dir/config.json:2: not valid"))
            << number;
}

TEST(ArborImport, keys_are_given_once) {
    EXPECT_EQ(problems_of(with_populations("\"p_c\": 0.1,\n\"N_exc\": 6")),
              "dir/config.json:4: populations.N_exc: is given twice (first on line 2)");
}

TEST(ArborImport, ranges_are_checked) {
    EXPECT_EQ(problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 4, \"p_r\": -0.5")),
              "dir/config.json:3: populations.p_r: must be in [0, 1] (is -0.5)");
    EXPECT_NE(problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 4, \"p_r\": 1.5")), "none");
    EXPECT_NE(problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": -4")), "none");
    EXPECT_NE(problems_of(with_populations("\"p_c\": 0.1, \"N_CA\": 2.5")), "none");
}

TEST(ArborImport, nesting_has_an_end) {
    for (const char* opening : {"[", "{\"a\":"}) {
        std::string value;
        for (int i = 0; i < 100'000; ++i) value += opening;
        EXPECT_NE(problems_of(with_runtime(value)).find("nested too deeply"), std::string::npos);
    }
}

TEST(ArborImport, text_holds_no_control_characters) {
    for (const char* text : {"\\u0007", "\\u0000", "\\u0085", "\\u202e"})
        EXPECT_NE(problems_of(with_runtime("1, \"description\": \"" + std::string(text) + "\""))
                      .find("dir/config.json:2: simulation.description: holds "),
                  std::string::npos)
            << text;
}

TEST(ArborImport, reports_every_problem) {
    EXPECT_NE(problems_of("{\n\"simulation\": {\n oops").find("dir/config.json:3: not valid JSON"),
              std::string::npos);
    const std::string missing = problems_of(R"({"simulation": {}})");
    for (const char* section : {"populations", "neuron", "synapses"})
        EXPECT_NE(missing.find(std::string(section) + ": is missing"), std::string::npos);
    const std::string many = problems_of(
        R"({"simulation": {"runtime": "long", "bg_protocol": {"scheme": "RECT"},
              "sample_gid_list": [1, 2], "sample_pre_list": [1, 2, 3]},
            "neuron": {"mechanism": "hh"}, "synapses": {},
            "populations": {"N_exc": 4, "N_inh": 0, "p_c": -1, "conn_file": "absent.txt"}})");
    for (const char* part :
         {"simulation.runtime: must be a number (is \"long\")", "bg_protocol.scheme: must be FULL",
          "sample_pre_list: must be as long", "neuron.mechanism: must be lif",
          "populations.conn_file: there is no file"})
        EXPECT_NE(many.find(part), std::string::npos) << part << "\nnot in\n" << many;
}

}  // namespace
}  // namespace engram

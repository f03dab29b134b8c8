// SPDX-License-Identifier: Apache-2.0
#include "experiment/ensemble.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/errors.hpp"

namespace engram {
namespace {

const std::string base = R"(
simulation: {duration_s: 1, seed: 7}
populations: {n_exc: 20, n_inh: 5}
groups: {assembly: {first: 0, count: 4}, recalled: {of: assembly, fraction: 0.5}}
)";

Ensemble ensemble(const std::string& text, const Overrides& overrides = {}) {
    return Ensemble(parse_config_tree(base + text, "dir/test.yaml", overrides));
}

std::vector<std::string> names(const Ensemble& e) {
    std::vector<std::string> result;
    for (const SweepPoint& point : e.points()) result.push_back(point.name);
    return result;
}

std::string ensemble_problems_of(const std::string& text) {
    try {
        ensemble(text);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "none";
}

TEST(Ensemble, is_wanted_only_by_trials_or_a_sweep) {
    const auto wanted = [](const std::string& text) {
        return Ensemble::is_wanted(parse_config_tree(base + text, "test"));
    };
    EXPECT_FALSE(wanted(""));
    EXPECT_FALSE(wanted("trials: 1"));
    EXPECT_FALSE(wanted("sweep:"));
    EXPECT_TRUE(wanted("trials: 2"));
    EXPECT_TRUE(wanted("sweep: {simulation.duration_s: [1, 2]}"));
}

TEST(Ensemble, trials_differ_in_their_seed_only) {
    const Ensemble e = ensemble("trials: 1000");
    EXPECT_EQ(e.size(), 1000u);
    std::set<std::uint64_t> seeds;
    for (std::uint32_t trial = 0; trial < 1000; ++trial) seeds.insert(e.seed(trial));
    EXPECT_EQ(seeds.size(), 1000u);
    EXPECT_LT(*seeds.rbegin(), std::uint64_t{1} << 53);
    const Experiment first = e.experiment({0, 0});
    Experiment second = e.experiment({0, 1});
    EXPECT_EQ(first.seed, e.seed(0));
    second.seed = first.seed;
    EXPECT_EQ(first, second);
    EXPECT_NE(e.seed(0), ensemble("trials: 5", {"simulation.seed=8"}).seed(0));
}

TEST(Ensemble, seeds_are_those_of_former_versions) {
    const Ensemble e = ensemble("trials: 2");
    EXPECT_EQ(e.seed(0), ensemble("trials: 3").seed(0));
    // Written down once: they are part of the definition of a result.
    EXPECT_EQ(e.seed(0), 6020690770810190u);
    EXPECT_EQ(e.seed(1), 2690450701656669u);
}

TEST(Ensemble, trials_may_vary_the_noise_alone) {
    const Ensemble e = ensemble("trials: 3\ntrials_vary: noise_seed");
    EXPECT_TRUE(e.shares_network());
    EXPECT_EQ(e.seed_name(), "noise seed");
    const Experiment first = e.experiment({0, 0});
    Experiment second = e.experiment({0, 1});
    EXPECT_EQ(first.seed, 7u);
    EXPECT_EQ(first.noise_seed, e.seed(0));
    EXPECT_NE(second.noise_seed, first.noise_seed);
    second.noise_seed = first.noise_seed;
    EXPECT_EQ(first, second);
    // Of the noise seed, which is that of everything unless it is given.
    EXPECT_EQ(e.seed(0), ensemble("trials: 3").seed(0));
    EXPECT_EQ(e.seed(1), ensemble("trials: 3\ntrials_vary: noise_seed",
                                  {"simulation.seed=8", "simulation.noise_seed=7"})
                             .seed(1));
    const Ensemble again(parse_config_tree(e.configuration(), "elsewhere/config.yaml"));
    EXPECT_TRUE(again.shares_network());
    EXPECT_EQ(again.seed(2), e.seed(2));
    EXPECT_FALSE(ensemble("trials: 3\ntrials_vary: seed").shares_network());
}

TEST(Ensemble, the_seed_that_trials_do_not_vary_may_be_swept) {
    const Ensemble networks =
        ensemble("trials: 2\ntrials_vary: noise_seed\nsweep: {simulation.seed: [1, 2]}");
    EXPECT_EQ(networks.experiment({0, 1}).seed, 1u);
    EXPECT_EQ(networks.experiment({1, 1}).seed, 2u);
    EXPECT_EQ(networks.experiment({1, 1}).noise_seed, networks.experiment({0, 1}).noise_seed);
    EXPECT_EQ(networks.seed(0), ensemble("trials: 2").seed(0));
    const Ensemble noises = ensemble("trials: 2\nsweep: {simulation.noise_seed: [1, 2]}");
    EXPECT_EQ(noises.experiment({1, 1}).noise_seed, 2u);
    EXPECT_EQ(noises.experiment({1, 1}).seed, noises.seed(1));
    EXPECT_EQ(
        ensemble_problems_of(
            "trials: 2\ntrials_vary: noise_seed\nsweep: {simulation.noise_seed: [1]}"),
        "dir/test.yaml:7: sweep.simulation.noise_seed: cannot be swept, since trials have seeds "
        "of their own; 'trials_vary' says whether they vary simulation.seed or "
        "simulation.noise_seed, and the other can be swept");
    EXPECT_NE(ensemble_problems_of("trials_vary: noise").find("must be one of seed, noise_seed"),
              std::string::npos);
}

TEST(Ensemble, a_map_sweeps_every_combination) {
    const Ensemble e =
        ensemble("sweep: {groups.assembly.count: [4, 6], connectivity: {probability: [0.1, 0.5]}}");
    EXPECT_EQ(names(e),
              (std::vector<std::string>{"groups.assembly.count=4, connectivity.probability=0.1",
                                        "groups.assembly.count=4, connectivity.probability=0.5",
                                        "groups.assembly.count=6, connectivity.probability=0.1",
                                        "groups.assembly.count=6, connectivity.probability=0.5"}));
    const Experiment last = e.experiment({3, 0});
    EXPECT_EQ(last.group("assembly").ids.size(), 6u);
    EXPECT_EQ(last.group("recalled").ids.size(), 3u);
    EXPECT_EQ(last.connectivity.probability, 0.5);
}

TEST(Ensemble, a_swept_null_takes_a_key_away) {
    const std::string stimulus = "{scheme: FULL, group: exc, n_inputs: 1, rate_Hz: 1}";
    const std::string sweep = "sweep: {stimuli.s: [null, " + stimulus + "], synapses: [null]}\n";
    for (const std::string& of_file : {std::string(), "stimuli: {s: " + stimulus + "}\n"}) {
        const Ensemble e = ensemble(sweep + of_file + "synapses: {tau_syn_ms: 6}");
        ASSERT_EQ(e.points().size(), 2u);
        EXPECT_EQ(e.points()[0].name, "stimuli.s=null, synapses=null");
        EXPECT_TRUE(e.experiment({0, 0}).stimuli.empty());
        EXPECT_EQ(e.experiment({1, 0}).stimuli.size(), 1u);
        EXPECT_EQ(e.experiment({1, 0}).synapses.tau_syn_ms, SynapseParameters{}.tau_syn_ms);
    }
}

TEST(Ensemble, a_swept_null_that_takes_nothing_away_is_refused) {
    for (const std::string key : {"stimuli.another", "simulation.sead", "nothere.x"})
        EXPECT_NE(ensemble_problems_of("sweep: {" + key + ": [null]}")
                      .find("sweep." + key + ": takes away what the file does not have"),
                  std::string::npos);
    EXPECT_NE(ensemble_problems_of("sweep: {simulation.sead: [null, 3]}").find("unknown key"),
              std::string::npos);
}

TEST(Ensemble, conditions_and_groups_of_stimuli_may_be_swept) {
    const Ensemble e = ensemble(
        "sweep: {neuromodulation.all.amplitude: [0, 0.18], stimuli.s.group: [exc, [assembly, inh]],"
        " simulation.margin_before_s: [0, 5]}\n"
        "stimuli: {s: {scheme: FULL, group: all, n_inputs: 1, rate_Hz: 1}}");
    ASSERT_EQ(e.points().size(), 8u);
    const Experiment first = e.experiment({0, 0});
    const Experiment last = e.experiment({7, 0});
    EXPECT_DOUBLE_EQ(first.changes[0].theta_pro_mV.value(), 1000 * first.synapses.h_0_mV);
    EXPECT_DOUBLE_EQ(last.changes[0].theta_pro_mV.value(), last.synapses.h_0_mV / 0.181);
    EXPECT_EQ(first.receivers(first.stimuli[0]).size(), 20u);
    EXPECT_EQ(last.receivers(last.stimuli[0]).size(), 9u);
    EXPECT_EQ(first.margin_before_s, 0);
}

TEST(Ensemble, keys_of_one_list_item_change_together) {
    const Ensemble e = ensemble(R"(
sweep:
  - {simulation.duration_s: [1, 2], record.snapshots_s: [[0.5], [0.5, 1.5]]}
  - {groups.assembly.count: [4, 6, 8]}
)");
    ASSERT_EQ(e.points().size(), 6u);
    EXPECT_EQ(e.points()[4].name,
              "simulation.duration_s=2, record.snapshots_s=[0.5, 1.5], groups.assembly.count=6");
    EXPECT_EQ(e.experiment({4, 0}).record.snapshots_s, (std::vector<double>{0.5, 1.5}));
}

TEST(Ensemble, stored_configuration_gives_the_same_ensemble) {
    const Ensemble e = ensemble(
        "trials: 4\ntrials_per_batch: 2\nranks_per_trial: 4\ntrial_results: none\n"
        "sweep: {groups.assembly.count: [4, 6], connectivity.probability: [0.25, 0.5]}",
        {"simulation.description=\"null\""});
    const Ensemble again(parse_config_tree(e.configuration(), "elsewhere/config.yaml"));
    EXPECT_EQ(again.trials(), 4u);
    EXPECT_EQ(again.trials_per_batch(), 2u);
    EXPECT_EQ(again.ranks_per_trial(), 4u);
    EXPECT_FALSE(again.keeps_results());
    ASSERT_EQ(names(again), names(e));
    for (std::uint32_t point = 0; point < 4; ++point) {
        Experiment stored = again.experiment({point, 2});
        stored.output_directory = e.experiment({point, 2}).output_directory;
        EXPECT_EQ(stored, e.experiment({point, 2}));
    }
    EXPECT_EQ(again.experiment({0, 0}).description, "null");
}

TEST(Ensemble, file_names_become_absolute) {
    const std::string source = ENGRAM_SOURCE_DIR;
    const Ensemble e(parse_config_tree(
        base + "sweep: {connectivity.file: [connections_smallnet.txt, ../README.md]}",
        source + "/configs/test.yaml"));
    const Ensemble again(parse_config_tree(e.configuration(), "elsewhere/config.yaml"));
    EXPECT_EQ(again.experiment({0, 0}).connectivity.file,
              source + "/configs/connections_smallnet.txt");
    EXPECT_EQ(again.experiment({1, 0}).connectivity.file, source + "/README.md");
}

TEST(Ensemble, phase_ends_of_trials_are_checkpointed_on_request_only) {
    EXPECT_FALSE(ensemble("trials: 2").experiment({0, 0}).checkpoint.phase_ends);
    EXPECT_TRUE(ensemble("trials: 2\ncheckpoint: {phase_ends: true}")
                    .experiment({0, 0})
                    .checkpoint.phase_ends);
}

TEST(Ensemble, reports_every_problem_with_its_line) {
    const std::string text = ensemble_problems_of(R"(trials: 0
ranks_per_trial: two
trial_results: some
neuron: {t_ref_ms: -1}
sweep: {groups.assembly.count: [4, 60], groups.assembli.count: [1]}
)");
    EXPECT_NE(text.find("test.yaml:5: trials: must be an integer in [1, "), text.npos) << text;
    EXPECT_NE(text.find("test.yaml:6: ranks_per_trial"), text.npos) << text;
    EXPECT_NE(text.find("test.yaml:7: trial_results"), text.npos) << text;
    EXPECT_NE(text.find("test.yaml:8: neuron.t_ref_ms"), text.npos) << text;
    EXPECT_NE(text.find("test.yaml:9: groups.assembly.count: must be"), text.npos) << text;
    EXPECT_NE(text.find("groups.assembli"), text.npos) << text;
    // A problem of all points is one problem.
    EXPECT_EQ(text.find("t_ref_ms"), text.rfind("t_ref_ms")) << text;
}

TEST(Ensemble, a_wrong_sweep_does_not_hide_what_its_other_values_are) {
    const std::string text = ensemble_problems_of(
        "sweep: {groups.assembly.count: [], groups.assembli.count: [1], "
        "neuron.t_ref_ms: [-2, 3], simulation.seed: [1]}");
    for (const char* problem :
         {"sweep.groups.assembly.count: must have at least one value", "groups.assembli",
          "neuron.t_ref_ms: must be", "sweep.simulation.seed: cannot be swept"})
        EXPECT_NE(text.find(problem), text.npos) << text;
}

TEST(Ensemble, refuses_sweeps_that_make_no_sense) {
    EXPECT_NE(ensemble_problems_of("sweep: {simulation.seed: [1, 2]}").find("cannot be swept"),
              std::string::npos);
    EXPECT_NE(
        ensemble_problems_of("sweep: {groups.assembly.count: 5}").find("must be a list of values"),
        std::string::npos);
    EXPECT_NE(ensemble_problems_of("sweep: {groups.assembly.count: []}")
                  .find("must have at least one value"),
              std::string::npos);
    for (const char* key : {"output.directory", "trials", "checkpoint.keep", "sweep.x"})
        EXPECT_NE(ensemble_problems_of(std::string("sweep: {") + key + ": [1, 2]}")
                      .find("the same for the whole ensemble"),
                  std::string::npos)
            << key;
    EXPECT_NE(
        ensemble_problems_of("sweep: [{groups.assembly.count: [4]}, {groups.assembly.count: [5]}]")
            .find("is swept twice"),
        std::string::npos);
    EXPECT_NE(ensemble_problems_of("sweep: []").find("names no key"), std::string::npos);
    EXPECT_NE(ensemble_problems_of("trials: 5\ntrials_per_batch: 2")
                  .find("must divide trials = 5 (is 2)"),
              std::string::npos);
    EXPECT_NE(ensemble_problems_of("sweep: 5").find("must be a list of values"), std::string::npos);
    EXPECT_NE(
        ensemble_problems_of("sweep: [{simulation.duration_s: [1, 2], groups.assembly.count: [4]}]")
            .find("must have as many values as simulation.duration_s (2, is 1)"),
        std::string::npos);
}

}  // namespace
}  // namespace engram

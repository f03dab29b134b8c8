// SPDX-License-Identifier: Apache-2.0
#include "device/executor_cases.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/errors.hpp"
#include "experiment/conditions.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

void expect_equal(const CompleteRun& a, const CompleteRun& b) {
    expect_same_results(a.sink, b.sink);
    expect_same_bits(a.simulation.executor().protein(), b.simulation.executor().protein(), "p");
    const WorkCounters wa = a.simulation.work();
    const WorkCounters wb = b.simulation.work();
    EXPECT_EQ(wa.neuron_steps, wb.neuron_steps);
    EXPECT_EQ(wa.delivered_spikes, wb.delivered_spikes);
    EXPECT_EQ(wa.early_phase_draws, wb.early_phase_draws);
}

// All synapses, many times: within blocks, at their boundaries, twice in one block.
void record_everything(Experiment& e) {
    e.record.snapshots_s = {0.0, 0.0002, 0.1246, 0.126, 0.1814, 0.182, 0.3, 0.3438};
    std::erase_if(e.record.snapshots_s, [&](double time_s) { return time_s >= e.duration_s; });
    e.record.neurons = {0, 5, 12, 39, 40, 49};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 3;
}

Experiment everything_recorded() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.5;
    record_everything(e);
    return e;
}

Experiment no_noise() {
    Experiment e = noisy_learning_network();
    e.synapses.sigma_pl_mV = 0.0;
    e.background = {1.2, 0.0};
    e.duration_s = 0.5;
    record_everything(e);
    return e;
}

Experiment several_blocks_per_epoch() {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    record_everything(e);
    return e;
}

Experiment epoch_of_one_step() {
    Experiment e = noisy_learning_network();
    e.synapses.t_ax_delay_ms = 0.2;
    e.duration_s = 0.4;
    return e;
}

Experiment forced_spikes_and_trains() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.8;
    e.stimuli.resize(2);
    e.stimuli.push_back(forced_spikes("recalled"));
    Stimulus train;
    train.name = "train";
    train.scheme = Scheme::stet;
    train.group = "assembly";
    train.start_s = 0.1;
    train.duration_s = 0.6;
    train.rate_Hz = 100;
    e.stimuli.push_back(train);
    record_everything(e);
    return e;
}

// Of all neurons and of parts of tiles, alone, together, and with noise or spikes.
Experiment known_currents() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.4;
    e.stimuli.resize(1);
    const auto add = [&](Scheme scheme, const char* group, double start_s, double duration_s) {
        Stimulus& one = e.stimuli.emplace_back();
        one.name = "known" + std::to_string(e.stimuli.size());
        one.scheme = scheme;
        one.group = group;
        one.start_s = start_s;
        one.duration_s = one.train_s = duration_s;
        one.repeats = 1;
        return &one;
    };
    e.groups.add({"all", group_of("all", 0, 50).ids});
    e.groups.add({"apart", {0, 3, 4, 8, 15, 16, 39, 41, 45}});
    Stimulus* rhythm = add(Scheme::sine, "all", 0.0202, 0.3);
    rhythm->amplitude_nA = 0.7;
    rhythm->frequency_Hz = 13;
    add(Scheme::current, "apart", 0.0804, 0.1)->mean_nA = -0.6;
    add(Scheme::current, "recalled", 0.1606, 0.1)->mean_nA = 2.5;
    e.stimuli.push_back(forced_spikes("apart"));
    record_everything(e);
    return e;
}

// Two windows of spikes and what lies between, with samples and a snapshot there.
Experiment consolidation() {
    Experiment e = noisy_learning_network();
    e.duration_s = 30;
    e.fast_forward = FastForward::automatic;
    e.dt_fast_forward_s = 2;
    e.stimuli[3].start_s = 22.0;
    e.background = {0.15, 0.05};
    record_everything(e);
    e.record.every_steps = 50;
    e.record.snapshots_s = {0.3, 5.5, 11.3, 17.0, 22.05};
    return e;
}

// Long enough for tags to end by themselves and for the state to be folded.
Experiment expiring_tags() {
    Experiment e = noisy_learning_network();
    e.populations = {12, 3};
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3)};
    e.duration_s = 12;
    e.background = {0.15, 0.05};
    e.synapses.tau_h_s = 3.0;
    e.synapses.gamma_p = 10.0;
    e.synapses.gamma_d = 2.0;
    return e;
}

Experiment pools(ProteinPools pools) {
    Experiment e = both_signs_learning();
    e.synapses.protein_pools = pools;
    e.synapses.z_max = 5.0;
    return e;
}

// Pauses of plasticity and other thresholds within learning, consolidation and recall.
Experiment conditions() {
    Experiment e = both_signs_network();
    e.synapses.t_ax_delay_ms = 8.0;  // 16 steps: few epochs
    e.synapses.protein_pools = ProteinPools::p_c_and_d;
    e.synapses.z_max = 5.0;
    e.changes = {{0.3005, 1.0, false}, {0.5025, 5.0, true},  {0.9, 1e3},
                 {60.0, 1.0},          {100.0, {}, false},   {120.0005, {}, true},
                 {290.0, {}, false},   {300.1015, {}, true}, {300.2, {}, false}};
    return e;
}

Experiment rate_thresholds() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    e.synapses.rate_threshold_p_Hz = 200;
    e.synapses.rate_threshold_d_Hz = 60;
    e.synapses.rate_window_s = 0.1;
    record_everything(e);
    return e;
}

Experiment rate_thresholds_and_consolidation() {
    Experiment e = consolidation();
    e.synapses.rate_threshold_p_Hz = 50;
    e.synapses.rate_window_s = 0.1;
    return e;
}

Experiment conditions_in_several_blocks_per_epoch() {
    Experiment e = both_signs_learning();
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.35;
    e.record.every_steps = 3;
    e.record.snapshots_s = {0.2004, 0.25};
    e.changes = {{0.1502, 0.5}, {0.20035, {}, false}, {0.2102, {}, true}, {0.3, {}, false}};
    return e;
}

// Of neurons next to each other and apart, with and without noise, in blocks and across them.
Experiment backgrounds_of_parts() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.5;
    record_everything(e);
    e.groups.add({"apart", {0, 3, 4, 8, 15, 16, 39, 41, 45}});
    const auto change = [&](const char* name, double start_s, const char* group, double mean_nA,
                            double sigma_wn) {
        BackgroundChange& one = e.background_changes.emplace_back();
        one.name = name;
        one.start_s = start_s;
        one.duration_s = 0.1006;
        one.group = group;
        one.mean_nA = mean_nA;
        one.sigma_wn_nA_sqrt_s = sigma_wn;
    };
    change("more", 0.0504, "apart", 1.2, 0.2);
    change("none", 0.2, "assembly", 0.0, 0.0);
    change("steady", 0.3302, "apart", 1.3, 0.0);
    e.changes = condition_changes(e);
    return e;
}

// Excitatory neurons have few compartments, and lose spikes to their dendrites; others are points.
Experiment with_morphology(Experiment e, double diffusivity_um2_per_s) {
    NeuronParameters cell = e.neuron;
    Morphology& morphology = cell.morphology.emplace();
    morphology.compartment_um = 6.0;
    morphology.reset = Morphology::Reset::any_compartment;
    cell.protein_diffusivity_um2_per_s = diffusivity_um2_per_s;
    std::vector<Population> populations(e.populations.begin(), e.populations.end());
    for (Population& population : populations)
        if (population.is_excitatory()) population.neuron = cell;
    e.populations = Populations(std::move(populations));
    return e;
}

constexpr double well_mixed = std::numeric_limits<double>::infinity();

Experiment morphology() {
    Experiment e = with_morphology(everything_recorded(), well_mixed);
    e.duration_s = 0.3;
    std::erase_if(e.record.snapshots_s, [&](double time_s) { return time_s >= e.duration_s; });
    return e;
}

}  // namespace

std::vector<ExecutorCase> executor_cases() {
    return {
        {"LearningAndRecall", noisy_learning_network(), 10000},
        {"EverythingRecorded", everything_recorded(), 1000},
        {"NoNoise", no_noise(), 1000},
        {"SeveralBlocksPerEpoch", several_blocks_per_epoch(), 1000},
        {"EpochOfOneStep", epoch_of_one_step(), 1000},
        {"ForcedSpikesAndTrains", forced_spikes_and_trains(), 1000},
        {"KnownCurrents", known_currents(), 1000},
        {"KnownCurrentsWithMorphology", with_morphology(known_currents(), well_mixed), 50},
        {"Consolidation", consolidation(), 10000},
        {"ExpiringTags", expiring_tags(), 500},
        {"PAndD", pools(ProteinPools::p_and_d), 500},
        {"PCAndD", pools(ProteinPools::p_c_and_d), 500},
        {"RateThresholds", rate_thresholds(), 500},
        {"RateThresholdsAndConsolidation", rate_thresholds_and_consolidation(), 500},
        {"Conditions", conditions(), 500},
        {"ConditionsInSeveralBlocksPerEpoch", conditions_in_several_blocks_per_epoch(), 500},
        {"BackgroundsOfParts", backgrounds_of_parts(), 500},
        {"BackgroundsOfPartsWithMorphology", with_morphology(backgrounds_of_parts(), well_mixed),
         50},
        {"Morphology", morphology(), 500},
        {"MorphologyAndPools", with_morphology(pools(ProteinPools::p_c_and_d), well_mixed), 50},
        {"MorphologyAndRates", with_morphology(rate_thresholds(), well_mixed), 50},
        {"DiffusingProtein", with_morphology(consolidation(), 0.3), 500},
    };
}

std::vector<ExecutorCase> similar_cases(std::size_t n) {
    std::vector<ExecutorCase> cases;
    for (std::size_t i = 0; i < n; ++i) {
        cases.push_back({"Similar", noisy_learning_network(), 100});
        cases.back().experiment.seed = i + 1;
        cases.back().experiment.duration_s = 0.3;
    }
    return cases;
}

std::vector<ExecutorCase> similar_consolidations(std::size_t n, bool recorded, ProteinPools pools,
                                                 double rate_threshold_p_Hz) {
    std::vector<ExecutorCase> cases;
    for (std::size_t i = 0; i < n; ++i) {
        cases.push_back({"SimilarConsolidation", consolidation(), 1000});
        Experiment& e = cases.back().experiment;
        e.seed = i + 1;
        e.synapses.protein_pools = pools;
        e.synapses.rate_threshold_p_Hz = rate_threshold_p_Hz;
        e.synapses.rate_window_s = 0.1;
        e.stimuli.pop_back();  // recall
        e.duration_s = 12;
        e.record = {};
        if (!recorded) continue;
        record_everything(e);
        e.record.every_steps = 50;
        e.record.snapshots_s = {0.3, 8.0};
    }
    return cases;
}

std::vector<ExecutorCase> with_morphology(std::vector<ExecutorCase> cases,
                                          double diffusivity_um2_per_s) {
    for (ExecutorCase& one : cases) {
        one.name = "WithMorphology";
        one.experiment = with_morphology(std::move(one.experiment), diffusivity_um2_per_s);
        one.at_least_draws = 10;
    }
    return cases;
}

void expect_equal_to_processor(const ExecutorCase& executor_case, const ExecutorFactory& factory) {
    const CompleteRun cpu(executor_case.experiment);
    EXPECT_GE(cpu.simulation.work().early_phase_draws, executor_case.at_least_draws);
    expect_equal(cpu, CompleteRun(executor_case.experiment, factory));
}

Experiment overflowing_network() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.1;
    e.background = {1e308, 1e308};
    return e;
}

std::string error_of_run(const Experiment& experiment, const ExecutorFactory& factory) {
    try {
        const CompleteRun run(experiment, factory);
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

}  // namespace engram::test

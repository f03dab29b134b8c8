// SPDX-License-Identifier: Apache-2.0
// Networks of neurons with morphologies, and of these beside point neurons, against the dense
// oracle, and to the bit.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "experiment/configuration.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "variants/variant_networks.hpp"

namespace engram::test {
namespace {

using Reset = Morphology::Reset;

// Five populations: the excitatory `b` and the inhibitory `basket_a` have morphologies, so slender
// that what currents add at once counts. Synapses of all kinds, stimuli of all kinds.
Experiment mixed_network(Reset reset = Reset::any_compartment) {
    Experiment e = two_site_network();
    std::vector<Population> populations(e.populations.begin(), e.populations.end());
    Morphology& of_b = populations[2].neuron->morphology.emplace();
    of_b.soma_radius_um = 3.0;
    of_b.basal_dendrite_um = 20.0;
    of_b.axial_resistivity_ohm_cm = 100.0;
    of_b.capacitance = Morphology::Capacitance::published;
    of_b.synaptic_gain = 1.02;
    of_b.reset = reset;
    populations[0].neuron = e.neuron;
    populations[0].neuron->morphology.emplace().compartment_um = 2.0;
    e.populations = Populations(std::move(populations));
    for (Projection& projection : *e.given_projections) projection.site = 0;
    for (Projection& projection : *e.given_projections)
        if (projection.from == 1 && projection.to == 2) projection.ends_at = SynapseSite::tip;
    return e;
}

std::uint64_t silent_resets(const CompleteRun& run) {
    std::uint64_t n = 0;
    for (const PhaseReport& report : run.simulation.reports())
        for (const auto& [population, of_population] : report.silent_resets) n += of_population;
    return n;
}

class Morphologies : public OnEachExecutor {};
ENGRAM_ON_EACH_EXECUTOR(Morphologies);

TEST_P(Morphologies, EqualTheOracleBesidePoints) {
    for (const Reset reset : {Reset::any_compartment, Reset::soma}) {
        const Experiment e = mixed_network(reset);
        compare_with_oracle(e, executor(), {1000, 50, 0, 0, 40});
        DenseSimulator oracle(e);
        oracle.run();
        EXPECT_EQ(silent_resets(CompleteRun(e, executor())), oracle.n_silenced());
        if (reset == Reset::any_compartment)
            EXPECT_GT(oracle.n_silenced(), 20u);
        else
            EXPECT_EQ(oracle.n_silenced(), 0u);
    }
}

TEST_P(Morphologies, EqualTheOracleWithoutNoise) {
    Experiment e = mixed_network();
    e.background = {1.0, 0.0};
    e.synapses.sigma_pl_mV = 0.0;
    e.duration_s = 0.3;
    compare_with_oracle(e, executor(), {300, 20, 0, 0, 20});
}

// Many blocks per epoch, and short steps, whose effect is less than what currents add at once.
TEST_P(Morphologies, EqualTheOracleInShortSteps) {
    Experiment e = mixed_network();
    e.dt_ms = 0.02;
    e.duration_s = 0.15;
    e.record.snapshots_s = {0.1246};
    e.stimuli.resize(1);
    compare_with_oracle(e, executor(), {200, 0, 0, 0, 5});
}

TEST_P(Morphologies, EqualPointsIfPotentialIsTheSameEverywhere) {
    Experiment points = mixed_network();
    Experiment cables = points;
    std::vector<Population> of_points(points.populations.begin(), points.populations.end());
    std::vector<Population> of_cables = of_points;
    for (std::size_t p = 0; p < of_points.size(); ++p) {
        if (!of_points[p].neuron) continue;
        of_points[p].neuron->morphology.reset();
        Morphology& m = of_cables[p].neuron->morphology.emplace();
        m.axial_resistivity_ohm_cm = 0.0;
        m.reset = Reset::any_compartment;
    }
    points.populations = Populations(std::move(of_points));
    for (Projection& projection : *points.given_projections) projection.ends_at.reset();
    cables.populations = Populations(std::move(of_cables));
    const CompleteRun with(cables, executor());
    expect_same_results(with.sink, CompleteRun(points, executor()).sink);
    EXPECT_GT(with.sink.spikes.size(), 1000u);
    EXPECT_EQ(silent_resets(with), 0u);
}

TEST_P(Morphologies, GoOnFromACheckpoint) {
    const Experiment e = mixed_network();
    const CompleteRun uninterrupted(e, executor());
    ASSERT_GT(silent_resets(uninterrupted), 20u);
    for (const double time_s : {0.15, 0.4}) {
        SCOPED_TRACE(time_s);
        MemorySink sink;
        const MemoryCheckpoint checkpoint = run_until(time_s, e, executor(), sink);
        Simulation rest(e, MPI_COMM_SELF, executor());
        checkpoint.restore(rest);
        ProgressListener progress;
        rest.run(sink, progress);
        expect_same_results(sink, uninterrupted.sink);
        EXPECT_EQ(rest.reports().back().silent_resets,
                  uninterrupted.simulation.reports().back().silent_resets);
    }
}

TEST_P(Morphologies, EachPartOfACheckpointMatters) {
    const Experiment e = mixed_network();
    MemorySink begun;
    const MemoryCheckpoint checkpoint = run_until(0.15, e, executor(), begun);
    const auto rest_without = [&](const std::string& part) {
        MemorySink sink;
        run_rest(checkpoint, e, executor(), sink, part);
        return sink;
    };
    const MemorySink complete = rest_without("");
    for (const char* name : {"cable_v_mV", "cable_i_syn_nA", "cable_i_bg_nA",
                             "cable_refractory_steps", "cable_i_tip_nA"})
        EXPECT_NE(rest_without(name).rows, complete.rows) << name;
}

TEST(MorphologyBits, HaveEqualBitsOnProcessorAndKernels) {
    for (const Reset reset : {Reset::any_compartment, Reset::soma}) {
        const Experiment e = mixed_network(reset);
        const CompleteRun one(e);
        for (const auto order :
             {device::HostDevice::Order::forward, device::HostDevice::Order::backward}) {
            const CompleteRun other(e, kernels_on_host(5, order));
            expect_same_results(one.sink, other.sink);
            EXPECT_EQ(silent_resets(one), silent_resets(other));
        }
    }
}

// Nor what is recorded: recorded neurons go step by step.
TEST(MorphologyBits, RecordingChangesNothing) {
    Experiment e = mixed_network();
    const CompleteRun some(e);
    e.record.neurons.clear();
    for (NeuronId id = 0; id < e.populations.size(); ++id) e.record.neurons.push_back(id);
    e.record.every_steps = 1;
    const CompleteRun all(e);
    EXPECT_EQ(some.sink.spikes, all.sink.spikes);
    expect_same_bits(some.sink.snapshots.back().h_mV, all.sink.snapshots.back().h_mV, "h");
    EXPECT_EQ(silent_resets(some), silent_resets(all));
}

// The small network of the published program, one neuron of which is driven for 300 ms: how often
// the others, which it drives through their dendrites, fire, and are reset silently. Numbers are
// Arbor's, of the soma those of the reduced equations.
struct Driven {
    std::array<int, 5> spikes{};
    std::uint64_t silent_resets;
};
Driven drive(const std::string& cell, const std::string& reset, const std::string& dt_ms) {
    const Experiment e = parse_configuration(
        "simulation: {duration_s: 0.45, fast_forward: off, dt_ms: " + dt_ms +
            "}\npopulations: {n_exc: 4, n_inh: 1}\n"
            "connectivity: {file: " ENGRAM_SOURCE_DIR
            "/configs/connections_smallnet3.txt}\n"
            "groups: {driven: {first: 0, count: 1}}\n"
            "background: {mean_nA: 0, sigma_wn_nA_sqrt_s: 0}\n"
            "stimuli: {max: {scheme: RECT, group: driven, start_s: 0.1, duration_s: 0.3, "
            "n_inputs: 25, rate_Hz: 100}}\n"
            "synapses: {sigma_pl_mV: 0}\n"
            "neuron: {morphology: {" +
            cell + ", capacitance: published, synaptic_gain: 1.02, reset: " + reset + "}}\n",
        "driven.yaml");
    const CompleteRun run(e);
    Driven driven{{}, silent_resets(run)};
    for (const SpikeEvent& spike : run.sink.spikes) ++driven.spikes[spike.neuron];
    return driven;
}

TEST(DrivenSmallNetwork, LosesSpikesToItsDendritesAsPublished) {
    struct Case {
        const char* cell;
        std::array<int, 3> spikes, at_soma, at_soma_in_short_steps;
    };
    for (const Case& of :
         {Case{"soma_radius_um: 6", {2, 1, 1}, {12, 13, 13}, {15, 16, 16}},
          Case{"basal_dendrite_um: 5, apical_dendrite_um: 12.5",
               {3, 1, 1},
               {11, 12, 12},
               {14, 16, 16}},
          // Neuron 0 fires 137 times here, and 125 times where 9, 10 and 10 come from.
          Case{"soma_radius_um: 12", {7, 8, 8}, {12, 14, 14}, {15, 16, 16}}}) {
        SCOPED_TRACE(of.cell);
        const Driven published = drive(of.cell, "any_compartment", "0.2");
        const Driven in_short_steps = drive(of.cell, "any_compartment", "0.01");
        const Driven soma = drive(of.cell, "soma", "0.2");
        const Driven soma_in_short_steps = drive(of.cell, "soma", "0.01");
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_NEAR(published.spikes[i + 1], of.spikes[i], 3);
            EXPECT_EQ(in_short_steps.spikes[i + 1], 0);
            EXPECT_NEAR(soma.spikes[i + 1], of.at_soma[i], 1);
            EXPECT_NEAR(soma_in_short_steps.spikes[i + 1], of.at_soma_in_short_steps[i], 1);
        }
        EXPECT_NEAR(published.spikes[0], 134, 3);
        EXPECT_GT(published.silent_resets, 15u);
        EXPECT_NEAR(static_cast<double>(in_short_steps.silent_resets), 45, 3);
        EXPECT_EQ(soma.silent_resets, 0u);
    }
}

}  // namespace
}  // namespace engram::test

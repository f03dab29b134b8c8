// SPDX-License-Identifier: Apache-2.0
// What deciding tags, protein synthesis and weights every 15 ms instead of at each step does to a
// run of hours: nothing that anybody could see. Without noise of the early phase, whose draws would
// be others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "oracle/dense_simulator.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// The published strong tetanus (STET) at one synapse each onto three neurons: three trains of 100
// Hz for a second each, ten minutes apart in the paper, half a minute apart here; then four hours.
Experiment strong_tetanus() {
    Experiment e;
    e.duration_s = 4 * 3600.0;
    e.populations = {4, 0};
    e.connectivity.file = ENGRAM_SOURCE_DIR "/configs/connections_smallnet2.txt";
    e.background = {0.0, 0.0};
    e.synapses.ca_pre = 1.0;
    e.synapses.ca_post = 0.2758;
    e.synapses.sigma_pl_mV = 0.0;
    e.dt_fast_forward_s = 50.0;
    e.groups = {group_of("stimulated", 0, 1)};
    for (const double begin_s : {1.0, 31.0, 61.0})
        e.stimuli.push_back(regular_spikes("stimulated", 10.0, begin_s, begin_s + 1.0));
    for (std::size_t i = 0; i < e.stimuli.size(); ++i)
        e.stimuli[i].name = "tetanus " + std::to_string(i);
    e.record.neurons = {0, 1, 2, 3};
    e.record.synapses = {{0, 1}, {0, 2}, {0, 3}};
    e.record.every_steps = 50000;
    return e;
}

struct Difference {
    double h_mV = 0, z = 0, protein = 0;
    double most_z = 0, most_protein = 0;  //!< what there is to differ
};

Difference of_deciding_each_step(const Experiment& experiment) {
    DenseVariant exact;
    exact.decides_each_step = true;
    DenseSimulator windows(experiment), each_step(experiment, exact);
    windows.run();
    each_step.run();
    EXPECT_EQ(windows.spikes().size(), each_step.spikes().size());
    Difference d;
    const NeuronId n = experiment.populations.size();
    const auto widen = [](double& most, double value) { most = std::max(most, std::fabs(value)); };
    for (NeuronId post = 0; post < n; ++post) {
        widen(d.protein, windows.protein(post) - each_step.protein(post));
        widen(d.most_protein, each_step.protein(post));
        for (NeuronId pre = 0; pre < n; ++pre) {
            if (!windows.plastic(pre, post)) continue;
            widen(d.h_mV, windows.h_mV(pre, post) - each_step.h_mV(pre, post));
            widen(d.z, windows.z(pre, post) - each_step.z(pre, post));
            widen(d.most_z, each_step.z(pre, post));
        }
    }
    std::printf("  differences: h %.1e mV, z %.1e of %.3f, p %.1e of %.3f umol/l\n", d.h_mV, d.z,
                d.most_z, d.protein, d.most_protein);
    return d;
}

TEST(DecisionError, OfTheStrongTetanus) {
    Experiment e = strong_tetanus();
    // One strongly driven synapse a neuron: low enough for its change alone to begin the synthesis.
    e.synapses.theta_pro_mV = 2.0;
    const Difference d = of_deciding_each_step(e);
    EXPECT_GT(d.most_z, 0.1);
    EXPECT_LT(d.h_mV, 1e-9);
    EXPECT_LT(d.z, 2e-5);
    EXPECT_LT(d.protein, 1e-4);
}

// Both tags, and a late phase that is faster than the published one by factors of hundreds.
TEST(DecisionError, OfFastLatePhasesGrowsWithTheirRates) {
    Experiment e = both_signs_network();
    e.synapses.sigma_pl_mV = 0.0;
    const Difference d = of_deciding_each_step(e);
    EXPECT_GT(d.most_z, 0.1);
    EXPECT_LT(d.z, 0.015 / e.synapses.tau_z_s);
}

}  // namespace
}  // namespace engram::test

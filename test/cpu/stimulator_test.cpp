// SPDX-License-Identifier: Apache-2.0
// Stimuli as the neurons see them.
#include <gtest/gtest.h>

#include "cpu/cpu_executor.hpp"
#include "model/statistics.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

MemorySink run(const Experiment& e) {
    Simulation simulation(e, MPI_COMM_SELF, make_cpu_executor);
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);
    return sink;
}

// Neurons without synapses and background.
Experiment unconnected(NeuronId n, double duration_s) {
    Experiment e;
    e.duration_s = duration_s;
    e.fast_forward = FastForward::off;
    e.populations = {n, 0};
    e.connectivity.probability = 0.0;
    e.background = {0.0, 0.0};
    e.groups = {group_of("stimulated", 0, n - 1)};
    return e;
}

Stimulus pulse_of(double start_s, double duration_s, double n_inputs) {
    Stimulus pulse;
    pulse.name = "pulse";
    pulse.scheme = Scheme::rect;
    pulse.group = "stimulated";
    pulse.start_s = start_s;
    pulse.duration_s = duration_s;
    pulse.n_inputs = n_inputs;
    pulse.rate_Hz = 100.0;
    return pulse;
}

TEST(Stimulator, CurrentStartsAtItsMeanAndEndsAtZero) {
    Experiment e = unconnected(3, 0.3);
    e.stimuli = {pulse_of(0.05, 0.1, 25), pulse_of(0.2, 0.05, 25)};
    e.record.neurons = {0, 2};
    e.record.every_steps = 1;
    const MemorySink sink = run(e);
    const double mean = 25 * 100 * 4.20075 / 10.0;
    int n_away = 0;
    for (std::size_t row = 0; row < sink.n_rows; ++row) {
        const double stim = sink.at(row, 1 + column_i_stim);
        const bool on = (row >= 250 && row < 750) || (row >= 1000 && row < 1250);
        if (!on) {
            ASSERT_EQ(stim, 0.0) << row;
        }
        if (row == 250 || row == 1000) {
            ASSERT_EQ(stim, mean) << row;
        }
        n_away += on && std::fabs(stim - mean) > 50.0;
        ASSERT_EQ(sink.at(row, 1 + neuron_columns + column_i_stim), 0.0) << "not in the group";
        ASSERT_EQ(sink.at(row, 1 + column_i_total), stim);
    }
    EXPECT_GT(n_away, 300);
}

// The last of 100 ms is 20 correlation times after the start: 1000 independent stationary values.
TEST(Stimulator, CurrentHasThePublishedMeanAndDeviation) {
    constexpr NeuronId n = 1001;
    Experiment e = unconnected(n, 0.1);
    e.stimuli = {pulse_of(0.0, 0.1, 25)};
    for (NeuronId id = 0; id + 1 < n; ++id) e.record.neurons.push_back(id);
    e.record.every_steps = 499;
    const MemorySink sink = run(e);
    ASSERT_EQ(sink.n_rows, 2u);
    std::vector<double> current;
    for (std::size_t q = 0; q + 1 < n; ++q)
        current.push_back(sink.at(1, 1 + neuron_columns * q + column_i_stim));
    const Moments m = moments_of(current);
    const double sigma = std::sqrt(1000.0 * 25 * 100 / (2 * 5.0)) * 4.20075 / 10.0;
    EXPECT_NEAR(m.mean, 25 * 100 * 4.20075 / 10.0, 4 * sigma / std::sqrt(1000.0));
    EXPECT_NEAR(m.variance / (sigma * sigma), 1.0, 4 * std::sqrt(2.0 / 1000));
}

// 46 spikes each in the published pulse of 0.1 s; the noise may cost one now and then.
TEST(Stimulator, LearningPulseDrivesFortySixSpikes) {
    Experiment e = unconnected(101, 0.2);
    e.stimuli = {pulse_of(0.05, 0.1, 25)};
    const auto n = static_cast<double>(run(e).spikes.size());
    EXPECT_NEAR(n / 100, 46.0, 0.005 * 46);
}

// Probability that a neuron which is forced with probability p in each step fires at step n, if it
// cannot fire in the 9 steps after a spike: u_n = p (1 - sum over k = 1 ... 9 of u_{n-k}).
double expected_spikes(int steps, double p, int blocked) {
    std::vector<double> u(static_cast<std::size_t>(steps));
    double sum = 0;
    double recent = 0;
    for (int n = 0; n < steps; ++n) {
        u[n] = p * (1.0 - recent);
        sum += u[n];
        recent += u[n];
        if (n >= blocked) recent -= u[n - blocked];
    }
    return sum;
}

TEST(Stimulator, TetanusTrainsHaveThePoissonRate) {
    constexpr int n = 300;
    Experiment e = unconnected(n + 1, 4.0);
    Stimulus tetanus = pulse_of(0.0, 2.5, 0);
    tetanus.scheme = Scheme::stet;  // trains of 1 s from 0, 1.25 and 2.5 s
    e.stimuli = {tetanus};
    const MemorySink sink = run(e);
    double in_train[3] = {};
    std::vector<Step> last(n + 1, -100);
    for (const SpikeEvent& spike : sink.spikes) {
        ASSERT_LT(spike.neuron, static_cast<NeuronId>(n));
        ASSERT_GE(spike.step - last[spike.neuron], 10) << "not while refractory";
        last[spike.neuron] = spike.step;
        const Step in_cycle = spike.step % 6250;
        ASSERT_LT(in_cycle, 5000) << "silent between trains";
        ++in_train[spike.step / 6250];
    }
    // Renewal process with intervals of mean 59 and variance (1 - p) / p^2 steps.
    const double p = 0.02;
    const double mean = n * expected_spikes(5000, p, 9);
    const double sd = std::sqrt(n * 5000 * ((1 - p) / (p * p)) / std::pow(9 + 1 / p, 3));
    EXPECT_NEAR(mean, n * 5000 / 59.0, 2.0 * n);
    for (const double count : in_train) EXPECT_NEAR(count, mean, 4 * sd);
}

// A train of 20 Hz is silent in 94 % of the blocks.
TEST(Stimulator, ReceiversOfTrainsGoStepByStepOnlyWhereTheyFire) {
    Experiment e = unconnected(1, 3.0);
    e.groups = {group_of("stimulated", 0, 1)};
    Stimulus train = pulse_of(0.0, 3.0, 0);
    train.scheme = Scheme::poisson;
    train.rate_Hz = 20.0;
    train.train_s = 3.0;
    e.stimuli = {train};
    const CompleteRun run(e);
    const std::size_t n_spikes = run.sink.spikes.size();
    EXPECT_GT(n_spikes, 40u);
    // Those behind a spike may be, until the neuron is no longer refractory.
    EXPECT_LE(run.simulation.work().stepped_blocks, 2 * n_spikes);
    EXPECT_GT(run.simulation.work().stepped_blocks, n_spikes * 9 / 10);
}

TEST(Stimulator, ForcedSpikesComeAtTheirTimes) {
    Experiment e = unconnected(3, 0.1);
    Stimulus forced = pulse_of(0, 0, 0);
    forced.scheme = Scheme::explicit_spikes;
    forced.spike_times_ms = {0.0, 1.0, 10.0, 12.0, 50.2, 99.8};  // 1.0 is refractory
    e.stimuli = {forced};
    std::vector<SpikeEvent> expected;
    for (const Step step : {0, 50, 60, 251, 499})
        for (const NeuronId neuron : {0u, 1u}) expected.push_back({step, neuron});
    EXPECT_EQ(run(e).spikes, expected);
}

}  // namespace
}  // namespace engram::test

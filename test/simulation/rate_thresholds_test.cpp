// SPDX-License-Identifier: Apache-2.0
// Thresholds of the firing rate for plasticity, on each executor against the dense oracle.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Neurons of the assembly pass both thresholds within a pulse and fall below them after it; others
// pass one of them now and then.
Experiment with_thresholds(double p_Hz, double d_Hz) {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.8;
    e.synapses.rate_threshold_p_Hz = p_Hz;
    e.synapses.rate_threshold_d_Hz = d_Hz;
    e.synapses.rate_window_s = 0.1;
    e.record.snapshots_s = {0.2031, 0.35};
    return e;
}

class RateThresholds : public OnEachExecutor {
  protected:
    void compare(const Experiment& experiment, AtLeast at_least) const {
        compare_with_oracle(experiment, executor(), at_least);
    }
};

TEST_P(RateThresholds, OfPotentiation) {
    compare(with_thresholds(200, 0), {500, 50});
}

TEST_P(RateThresholds, OfBoth) {
    compare(with_thresholds(200, 60), {500, 20});
}

TEST_P(RateThresholds, OfDepressionAlone) {
    compare(with_thresholds(0, 150), {500, 20});
}

// As good as no depression.
TEST_P(RateThresholds, OfDepressionThatNobodyReaches) {
    compare(with_thresholds(100, 1000), {500, 20});
}

TEST_P(RateThresholds, WithPoolsOfProteins) {
    Experiment e = with_thresholds(100, 60);
    e.synapses.protein_pools = ProteinPools::p_c_and_d;
    e.synapses.z_max = 5.0;
    e.synapses.theta_pro_mV = 0.5;
    e.synapses.theta_tag_mV = 0.2;
    e.synapses.f_int_l_per_umol = 1.0;
    compare(e, {500, 20, 5});
}

TEST_P(RateThresholds, SeveralBlocksPerEpoch) {
    Experiment e = with_thresholds(200, 60);
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    e.record.snapshots_s = {0.1246};
    compare(e, {200, 20});
}

TEST_P(RateThresholds, DeterministicWithinWindows) {
    Experiment e = with_thresholds(200, 60);
    e.synapses.sigma_pl_mV = 0.0;
    e.duration_s = 0.4;
    e.stimuli.resize(2);
    e.record.snapshots_s.resize(1);
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 1;
    DenseVariant variant;
    variant.samples_within_windows = true;
    DenseSimulator oracle(e, variant);
    oracle.run();
    const CompleteRun run(e, executor());
    compare_spikes(run.sink.spikes, oracle.spikes());
    ASSERT_EQ(oracle.samples_within_windows().size(), 2000u);
    for (std::size_t row = 0; row < oracle.samples_within_windows().size(); ++row) {
        const auto& [step, h_mV, calcium] = oracle.samples_within_windows()[row];
        for (std::size_t q = 0; q < e.record.synapses.size(); ++q) {
            const auto [pre, post] = e.record.synapses[q];
            ASSERT_NEAR(run.sink.at(row, 1 + q * synapse_columns + column_h),
                        h_mV[oracle.index(pre, post)], 1e-10)
                << pre << "->" << post << " at step " << step;
        }
    }
}

// Spikes that count are those of the phase.
TEST_P(RateThresholds, BeginAnewWithEachPhase) {
    Experiment e = with_thresholds(100, 40);
    e.fast_forward = FastForward::automatic;
    e.duration_s = 18.0;
    e.stimuli.resize(4);
    e.stimuli[3].start_s = 17.0;
    e.record.snapshots_s.clear();
    compare(e, {500, 20});
}

TEST_P(RateThresholds, GoOnFromACheckpoint) {
    const Experiment e = with_thresholds(200, 60);
    const CompleteRun uninterrupted(e, executor());
    for (const double time_s : {0.15, 0.25, 0.42}) {
        SCOPED_TRACE(time_s);
        expect_same_results(interrupted_run(e, executor(), time_s), uninterrupted.sink);
    }
}

TEST_P(RateThresholds, GoOnFromACheckpointOfTheOther) {
    const Experiment e = with_thresholds(200, 60);
    const CompleteRun uninterrupted(e);
    MemorySink sink;
    run_rest(run_until(0.25, e, processor().make, sink), e, executor(), sink);
    expect_same_results(sink, uninterrupted.sink);
}

ENGRAM_ON_EACH_EXECUTOR(RateThresholds);

// Else the thresholds might as well be ignored, or each be taken for the other.
TEST(RateThresholdsInTheOracle, Matter) {
    std::vector<DenseSimulator> runs;
    const Experiment experiments[] = {with_thresholds(0, 0), with_thresholds(200, 0),
                                      with_thresholds(0, 200), with_thresholds(200, 200),
                                      with_thresholds(60, 200)};
    for (const Experiment& e : experiments) runs.emplace_back(e).run();
    for (std::size_t a = 0; a < runs.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            std::size_t n_different = 0;
            for (const auto& [pre, post] : plastic_synapses(experiments[0]))
                n_different += std::fabs(runs[a].h_mV(pre, post) - runs[b].h_mV(pre, post)) > 0.05;
            EXPECT_GT(n_different, 20u) << a << ' ' << b;
        }
}

// What it makes that presynaptic spikes count when they have arrived, 3 ms late.
TEST(RateThresholdsInTheOracle, HardlyMindTheAxonalDelay) {
    Experiment e = noisy_learning_network();
    e.synapses.rate_threshold_p_Hz = 40;  // published, with 0.5 s
    e.synapses.tau_p_s = 20.0;
    e.synapses.tau_z_s = 20.0;
    e.duration_s = 3.0;
    DenseSimulator late(e);
    late.run();
    DenseVariant variant;
    variant.counts_presynaptic_at_once = true;
    DenseSimulator at_once(e, variant);
    at_once.run();
    double sum_z = 0, sum_difference = 0, sum_h = 0;
    const std::vector<RecordedSynapse> synapses = plastic_synapses(e);
    for (const auto& [pre, post] : synapses) {
        sum_z += std::fabs(late.z(pre, post));
        sum_difference += std::fabs(late.z(pre, post) - at_once.z(pre, post));
        sum_h += std::fabs(late.h_mV(pre, post) - at_once.h_mV(pre, post));
    }
    const auto n = static_cast<double>(synapses.size());
    std::printf("  mean |z| %.5f, mean difference of z %.2g, of h %.2g mV\n", sum_z / n,
                sum_difference / n, sum_h / n);
    EXPECT_GT(sum_difference, 0.0);
    EXPECT_GT(sum_z / n, 0.002);
    EXPECT_LT(sum_difference, 0.1 * sum_z);
}

}  // namespace
}  // namespace engram::test

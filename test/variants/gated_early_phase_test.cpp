// SPDX-License-Identifier: Apache-2.0
// An early phase that is not built in, against the dense oracle.
#include "variants/gated_early_phase.hpp"

#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "variants/variant_executors.hpp"
#include "variants/variant_networks.hpp"

namespace engram::test {
namespace {

TEST(GatedEarlyPhase, EqualsTheOracle) {
    const Experiment e = gated_network();
    DenseVariant variant = gated_oracle();
    std::size_t n_open = 0, n_shut = 0;
    const auto gate = variant.potentiates;
    variant.potentiates = [&](double pre, double post) {
        const bool open = gate(pre, post);
        ++(open ? n_open : n_shut);
        return open;
    };
    compare_with_oracle(e, gated_processor(), {500, 50, 0, 0, 40}, variant);
    EXPECT_GT(n_open, 10000u);
    EXPECT_GT(n_shut, 10000u);
}

// Else the gate and the weight that potentiation tends to might as well be ignored.
TEST(GatedEarlyPhase, IsAnother) {
    const Experiment e = gated_network();
    DenseVariant open = gated_oracle();
    open.potentiates = nullptr;
    DenseVariant higher = gated_oracle();
    higher.h_max_mV = 10.0;
    DenseSimulator oracle(e, gated_oracle());
    oracle.run();
    for (const DenseVariant& other : {open, higher}) {
        DenseSimulator different(e, other);
        different.run();
        std::size_t n_different = 0;
        for (const auto [pre, post] : e.record.synapses)
            n_different += std::fabs(oracle.h_mV(pre, post) - different.h_mV(pre, post)) > 0.05;
        EXPECT_GT(n_different, 20u);
    }
}

// Several blocks in an epoch, and a last one that is shorter than the others.
TEST(GatedEarlyPhase, EqualsTheOracleInSeveralBlocksPerEpoch) {
    Experiment e = gated_network();
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    e.record = {};
    e.record.snapshots_s = {0.1246};
    compare_with_oracle(e, gated_processor(), {200, 50}, gated_oracle());
}

// One spike takes calcium past both thresholds, so that zones change within a block whether the
// gate is shut or not.
TEST(GatedEarlyPhase, EqualsTheOracleWhereCalciumPassesBothThresholdsAtOnce) {
    Experiment e = gated_network();
    e.synapses.ca_pre = 3.0;
    e.duration_s = 0.3;
    e.stimuli.resize(1);
    e.record.snapshots_s.resize(1);
    compare_with_oracle(e, gated_processor(), {200, 50, 0, 0, 20}, gated_oracle());
}

// Recordings go through the zones once more. Without noise they are those of the process.
TEST(GatedEarlyPhase, RecordingsWithinBlocksEqualTheOracle) {
    Experiment e = gated_network();
    e.synapses.sigma_pl_mV = 0.0;
    e.duration_s = 0.3;
    e.stimuli.resize(1);
    e.record.neurons.clear();
    e.record.every_steps = 1;
    DenseVariant variant = gated_oracle();
    variant.samples_within_windows = true;
    DenseSimulator oracle(e, variant);
    oracle.run();
    const CompleteRun run(e, gated_processor());
    compare_spikes(run.sink.spikes, oracle.spikes());
    ASSERT_EQ(oracle.samples_within_windows().size(), 1500u);
    std::size_t n_changing = 0;
    for (std::size_t row = 0; row < oracle.samples_within_windows().size(); ++row) {
        const auto& [step, h_mV, calcium] = oracle.samples_within_windows()[row];
        for (std::size_t q = 0; q < e.record.synapses.size(); ++q) {
            const auto [pre, post] = e.record.synapses[q];
            const std::size_t k = oracle.index(pre, post);
            const std::size_t first = 1 + q * synapse_columns;
            ASSERT_NEAR(run.sink.at(row, first + column_ca), calcium[k], 1e-10) << step;
            ASSERT_NEAR(run.sink.at(row, first + column_h), h_mV[k], 1e-10)
                << pre << "->" << post << " at step " << step;
            n_changing += calcium[k] >= e.synapses.theta_p;
        }
    }
    EXPECT_GT(n_changing, 10000u);
}

TEST(GatedEarlyPhase, GoesOnFromACheckpoint) {
    const Experiment e = gated_network();
    const CompleteRun uninterrupted(e, gated_processor());
    for (const double time_s : {0.15, 0.35}) {
        SCOPED_TRACE(time_s);
        expect_same_results(interrupted_run(e, gated_processor(), time_s), uninterrupted.sink);
    }
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// Pools of proteins and the bound of the late phase, on each executor, against the dense oracle.
#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

using enum ProteinPools;

Experiment with(Experiment e, ProteinPools pools, double z_max) {
    e.synapses.protein_pools = pools;
    e.synapses.z_max = z_max;
    return e;
}

class Pools : public OnEachExecutor {
  protected:
    // Spiking, consolidation and spiking again.
    void compare_all_phases(ProteinPools pools, double z_max) const {
        compare_with_oracle(with(both_signs_network(), pools, z_max), executor(),
                            {200, 10, 5, 5, 150});
    }
};

TEST_P(Pools, Common) {
    compare_all_phases(common, 1.0);
}

TEST_P(Pools, CommonUpToFive) {
    compare_all_phases(common, 5.0);
}

TEST_P(Pools, PAndD) {
    compare_all_phases(p_and_d, 1.0);
}

TEST_P(Pools, PAndDUpToFive) {
    compare_all_phases(p_and_d, 5.0);
}

TEST_P(Pools, PCAndD) {
    compare_all_phases(p_c_and_d, 1.0);
}

TEST_P(Pools, PCAndDUpToFive) {
    compare_all_phases(p_c_and_d, 5.0);
}

// z is at its bound as soon as there is protein: nothing that is kept lazily underflows.
TEST_P(Pools, ThatActAtOnce) {
    for (const ProteinPools pools : {common, p_and_d, p_c_and_d}) {
        Experiment e = with(both_signs_network(), pools, 1.0);
        e.synapses.f_int_l_per_umol = 1e6;
        e.synapses.tau_z_s = 1e-3;
        compare_with_oracle(e, executor(), {200, 10, 5, 5, 150});
    }
}

TEST_P(Pools, NoisyLearning) {
    for (const ProteinPools pools : {p_and_d, p_c_and_d}) {
        Experiment e = with(noisy_learning_network(), pools, 5.0);
        e.duration_s = 0.6;
        compare_with_oracle(e, executor(), {300, 50});
    }
}

// An epoch longer than a block and a last block that is shorter than the others.
TEST_P(Pools, SeveralBlocksPerEpoch) {
    Experiment e = with(both_signs_learning(), p_c_and_d, 5.0);
    e.dt_ms = 0.05;
    e.synapses.t_ax_delay_ms = 6.0;
    e.duration_s = 0.6307;
    e.record.every_steps = 20;
    compare_with_oracle(e, executor(), {100, 10, 5, 1, 100});
}

// Without depression S is S_P; without potentiation it is S_D.
TEST_P(Pools, OfOneSignAreTheCommonOne) {
    for (const bool potentiation : {true, false}) {
        SCOPED_TRACE(potentiation ? "potentiation" : "depression");
        Experiment e = both_signs_network();
        e.synapses.sigma_pl_mV = 0.0;
        (potentiation ? e.synapses.gamma_d : e.synapses.gamma_p) = 0.0;
        const CompleteRun one(e, executor());
        const CompleteRun several(with(e, p_and_d, 1.0), executor());
        EXPECT_EQ(several.sink.spikes, one.sink.spikes);
        const Snapshot& a = one.sink.snapshots.back();
        const Snapshot& b = several.sink.snapshots.back();
        double extreme = 0.0;
        for (std::size_t k = 0; k < a.z.size(); ++k) {
            ASSERT_NEAR(b.h_mV[k], a.h_mV[k], 1e-11);
            ASSERT_NEAR(b.z[k], a.z[k], 1e-11);
            extreme = potentiation ? std::max(extreme, a.z[k]) : std::min(extreme, a.z[k]);
        }
        EXPECT_GT(std::fabs(extreme), 0.2);
        const std::vector<double> p = one.simulation.executor().protein();
        const std::vector<double> pools = several.simulation.executor().protein();
        ASSERT_EQ(pools.size(), 2 * p.size());
        for (std::size_t j = 0; j < p.size(); ++j) {
            ASSERT_NEAR(pools[j], potentiation ? p[j] : 0.0, 1e-11) << j;
            ASSERT_NEAR(pools[p.size() + j], potentiation ? 0.0 : p[j], 1e-11) << j;
        }
    }
}

ENGRAM_ON_EACH_EXECUTOR(Pools);

// Else the comparisons above might not tell one pool from another, or one bound from another.
TEST(PoolsOfTheOracle, Differ) {
    const Experiment e = with(both_signs_network(), p_c_and_d, 5.0);
    DenseSimulator oracle(e);
    oracle.run();
    std::size_t p_alone = 0, d_alone = 0, both = 0, c_alone = 0, above_1 = 0;
    for (const DenseSimulator::Sample& sample : oracle.samples()) {
        for (const DensePools& amounts : sample.protein) {
            p_alone += amounts[pool_p] > 1.0 && amounts[pool_d] < 0.1;
            d_alone += amounts[pool_d] > 1.0 && amounts[pool_p] < 0.1;
            both += amounts[pool_p] > 1.0 && amounts[pool_d] > 1.0;
            c_alone += amounts[pool_c] > 1.1 * std::max(amounts[pool_p], amounts[pool_d]);
        }
        for (const double z : sample.z) above_1 += z > 1.1;
    }
    EXPECT_GT(p_alone, 50u);
    EXPECT_GT(d_alone, 50u);
    EXPECT_GT(both, 50u);
    EXPECT_GT(c_alone, 50u);
    EXPECT_GT(above_1, 50u);
}

}  // namespace
}  // namespace engram::test

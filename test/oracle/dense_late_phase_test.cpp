// SPDX-License-Identifier: Apache-2.0
// The oracle's late phase against small steps of the equations themselves, for one neuron.
#include "oracle/dense_late_phase.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

SynapseParameters parameters(ProteinPools pools, double z_max) {
    SynapseParameters p;
    p.protein_pools = pools;
    p.z_max = z_max;
    p.tau_h_s = 10.0;  // relaxation within 100 s
    p.tau_p_s = 40.0;
    p.tau_z_s = 60.0;
    p.theta_pro_mV = 3.0;
    return p;
}

// Tags that end, one that never was; synthesis of each pool that ends at another time.
DenseLatePhase::Cell cell() {
    return {{4.0, 2.5, -3.0, -2.0, 0.5}, {0.0, 0.3, 0.2, -0.3, 0.4}, {1.0, 3.0, 6.0}};
}

// Euler steps, as the equations are written down.
void integrate(DenseLatePhase::Cell& cell, const SynapseParameters& p, double time_s) {
    const double dt_s = 0.001;
    const auto n = static_cast<int>(time_s / dt_s + 0.5);
    for (int i = 0; i < n; ++i) {
        double up = 0, down = 0;
        for (const double change : cell.change_mV) {
            if (change > 0) up += change;
            if (change < 0) down -= change;
        }
        const double p_p = cell.protein[0], p_c = cell.protein[1], p_d = cell.protein[2];
        double q_up = p_c, q_down = p_c;
        if (p.protein_pools == ProteinPools::p_and_d) q_up = p_p, q_down = p_d;
        if (p.protein_pools == ProteinPools::p_c_and_d)
            q_up = p_p * p_c / 10.0, q_down = p_d * p_c / 10.0;
        for (std::size_t k = 0; k < cell.z.size(); ++k) {
            double& z = cell.z[k];
            if (cell.change_mV[k] >= p.theta_tag_mV)
                z += dt_s / p.tau_z_s * p.f_int_l_per_umol * q_up * (1 - z / p.z_max);
            if (-cell.change_mV[k] >= p.theta_tag_mV)
                z -= dt_s / p.tau_z_s * p.f_int_l_per_umol * q_down * (z + 0.5);
            cell.change_mV[k] -= dt_s * 0.1 / p.tau_h_s * cell.change_mV[k];
        }
        const double target_p = up >= 3.0 ? 10.0 : 0.0;
        const double target_c = up + down >= 3.0 ? 10.0 : 0.0;
        const double target_d = down >= 3.0 ? 10.0 : 0.0;
        cell.protein[0] += dt_s / p.tau_p_s * (target_p - p_p);
        cell.protein[1] += dt_s / p.tau_p_s * (target_c - p_c);
        cell.protein[2] += dt_s / p.tau_p_s * (target_d - p_d);
    }
}

TEST(DenseLatePhase, AgreesWithSmallSteps) {
    for (const ProteinPools pools :
         {ProteinPools::common, ProteinPools::p_and_d, ProteinPools::p_c_and_d})
        for (const double z_max : {1.0, 5.0})
            for (const double time_s : {20.0, 100.0, 250.0}) {
                SCOPED_TRACE(testing::Message() << "pools " << static_cast<int>(pools) << ", z_max "
                                                << z_max << ", " << time_s << " s");
                const SynapseParameters p = parameters(pools, z_max);
                DenseLatePhase::Cell small_steps = cell();
                integrate(small_steps, p, time_s);
                DenseLatePhase::Cell events = cell();
                DenseLatePhase(p).consolidate(events, p.theta_pro_mV, time_s);
                for (std::size_t k = 0; k < events.z.size(); ++k) {
                    EXPECT_NEAR(events.change_mV[k], small_steps.change_mV[k], 1e-4) << k;
                    EXPECT_NEAR(events.z[k], small_steps.z[k], 1e-4) << k;
                }
                for (int pool = 0; pool < 3; ++pool)
                    EXPECT_NEAR(events.protein[pool], small_steps.protein[pool], 1e-3) << pool;
            }
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "model/protein_pools.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace engram::test {
namespace {

model::PoolsLatePhase both_pools(double tau_p_s, double p_max = 10.0) {
    SynapseParameters s;
    s.tau_p_s = tau_p_s;
    s.p_max_umol_per_l = p_max;
    s.protein_pools = ProteinPools::p_c_and_d;
    return model::PoolsLatePhase(s);
}

// In the precision of long double, with Simpson's rule in many pieces.
long double integrated(double tau_p_s, double p_max, double p, bool synthesis_of_p, double q,
                       bool synthesis_of_q, double time_s) {
    const auto at = [&](long double t) {
        const long double a = -std::expm1(-t / tau_p_s);
        const long double p_t = p * (1 - a) + (synthesis_of_p ? p_max : 0.0L) * a;
        const long double q_t = q * (1 - a) + (synthesis_of_q ? p_max : 0.0L) * a;
        return p_t * q_t / p_max;
    };
    constexpr int n = 4000;
    const long double step = static_cast<long double>(time_s) / n;
    long double sum = 0;
    for (int i = 0; i < n; ++i)
        sum += (at(i * step) + 4 * at((i + 0.5L) * step) + at((i + 1) * step)) * step / 6;
    return sum;
}

// From blocks of a millisecond with time constants of years to many time constants.
TEST(PoolsLatePhase, IntegralOfProductKeepsItsDigits) {
    for (const double tau_p_s : {1e-3, 1.0, 3600.0, 1e6, 1e9})
        for (const double time_s : {0.0032, 1.0, 900.0, 30000.0})
            for (const bool synthesis_of_p : {false, true})
                for (const bool synthesis_of_q : {false, true})
                    for (const double p : {0.0, 1e-9, 4.0}) {
                        if (time_s > 40 * tau_p_s) continue;
                        const long double expected = integrated(tau_p_s, 10.0, p, synthesis_of_p,
                                                                2.0 * p, synthesis_of_q, time_s);
                        const double integral = both_pools(tau_p_s).integral_of_product(
                            p, synthesis_of_p, 2.0 * p, synthesis_of_q, time_s);
                        EXPECT_NEAR(integral, static_cast<double>(expected),
                                    1e-9 * static_cast<double>(expected))
                            << tau_p_s << ' ' << time_s << ' ' << p << ' ' << synthesis_of_p
                            << synthesis_of_q;
                    }
}

TEST(PoolsLatePhase, WithoutProteinThereIsNothingToTakeFrom) {
    EXPECT_EQ(both_pools(3600.0, 0.0).integral_of_product(0.0, true, 0.0, true, 10.0), 0.0);
}

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
#include "model/calcium.hpp"

#include <gtest/gtest.h>

#include <random>

namespace engram::test {
namespace {

using model::BlockMask;
using model::CalciumDecay;
using model::CalciumTrace;
using model::max_block_steps;

constexpr double tau_ca = 48.8;
constexpr double dt = 0.2;

// Value at each step by the plain recursion: jump, look, decay.
struct Recursion {
    double at[max_block_steps];
    double end;
    Recursion(double start, double jump, BlockMask jumps, int steps) {
        double value = start;
        for (int s = 0; s < steps; ++s) {
            if (jumps >> s & 1u) value += jump;
            at[s] = value;
            value *= std::exp(-dt / tau_ca);
        }
        end = value;
    }
};

void expect_equal_to_recursion(double start, double jump, BlockMask jumps, int steps) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{start, jump, jumps};
    const Recursion naive(start, jump, jumps, steps);
    const double tolerance = 1e-14 * (1.0 + trace.upper_bound());
    double all[max_block_steps];
    trace.at_all(steps, decay, all);
    for (int s = 0; s < steps; ++s) {
        ASSERT_NEAR(trace.at(s, decay), naive.at[s], tolerance) << jumps << " step " << s;
        ASSERT_LE(trace.at(s, decay), trace.upper_bound());
        ASSERT_EQ(all[s], trace.at(s, decay)) << jumps << " step " << s;
    }
    ASSERT_NEAR(trace.at_end(steps, decay), naive.end, tolerance) << jumps;
}

TEST(Calcium, EqualsTheRecursion) {
    std::mt19937 generator(1);
    for (int i = 0; i < 5000; ++i) {
        const int steps = 1 + static_cast<int>(generator() % max_block_steps);
        const BlockMask jumps = (BlockMask{generator()} << 32 | generator()) &
                                (BlockMask{generator()} << 32 | generator()) &
                                model::bits_before(steps);
        expect_equal_to_recursion(generator() * 1e-9, 0.6, jumps, steps);
    }
}

TEST(Calcium, EdgeMasks) {
    for (const BlockMask jumps : {BlockMask{0}, BlockMask{1}, model::bit_of(max_block_steps - 1),
                                  model::bits_before(max_block_steps), BlockMask{0x8001}})
        for (const double start : {0.0, 2.5})
            expect_equal_to_recursion(start, 0.1655, jumps, max_block_steps);
    expect_equal_to_recursion(1.0, 1.0, 1u, 1);
}

// A jump counts from its own step on.
TEST(Calcium, IncludesTheJumpOfItsStep) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{0.0, 0.6, model::bit_of(3)};
    EXPECT_EQ(trace.at(2, decay), 0.0);
    EXPECT_EQ(trace.at(3, decay), 0.6);
}

// Ca_ij = a_i + b_j is what the published equation gives for both kinds of spike together.
TEST(Calcium, SumOfTracesSolvesTheEquationOfTheSynapse) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace pre{1.1, 0.6, 0x0211u};
    const CalciumTrace post{0.7, 0.1655, 0x4210u};
    double calcium = 1.1 + 0.7;
    for (int s = 0; s < max_block_steps; ++s) {
        if (pre.jumps >> s & 1u) calcium += 0.6;
        if (post.jumps >> s & 1u) calcium += 0.1655;
        EXPECT_NEAR(pre.at(s, decay) + post.at(s, decay), calcium, 1e-14);
        calcium *= std::exp(-dt / tau_ca);
    }
}

TEST(Calcium, BoundIsReached) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{2.0, 0.5, 1u};
    EXPECT_EQ(trace.at(0, decay), trace.upper_bound());
}

}  // namespace
}  // namespace engram::test

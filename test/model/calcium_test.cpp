// SPDX-License-Identifier: Apache-2.0
#include "model/calcium.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace engram::test {
namespace {

using model::CalciumDecay;
using model::CalciumTrace;
using model::max_window_steps;
using model::StepSet;

constexpr double tau_ca = 48.8;
constexpr double dt = 0.2;

StepSet set_of(const std::vector<bool>& steps) {
    StepSet set;
    for (std::size_t s = 0; s < steps.size(); ++s)
        if (steps[s]) set.add(static_cast<int>(s));
    return set;
}

// Value at each step by the plain recursion: jump, look, decay.
struct Recursion {
    std::vector<double> at;
    double end;
    Recursion(double start, double jump, const std::vector<bool>& jumps) {
        double value = start;
        for (const bool jumps_here : jumps) {
            if (jumps_here) value += jump;
            at.push_back(value);
            value *= std::exp(-dt / tau_ca);
        }
        end = value;
    }
};

void expect_equal_to_recursion(double start, double jump, const std::vector<bool>& jumps) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{start, jump, set_of(jumps)};
    const Recursion naive(start, jump, jumps);
    const auto steps = static_cast<int>(jumps.size());
    const double tolerance = 1e-14 * (1.0 + trace.upper_bound());
    for (int s = 0; s < steps; ++s) {
        const auto i = static_cast<std::size_t>(s);
        ASSERT_NEAR(trace.at(s, decay), naive.at[i], tolerance) << "step " << s;
        ASSERT_NEAR(trace.at_end(s, decay) + (jumps[i] ? jump : 0.0), naive.at[i], tolerance);
        ASSERT_LE(trace.at(s, decay), trace.upper_bound());
        const double bound = trace.upper_bound_from(s, decay);
        for (int later = s; later < steps; ++later) ASSERT_LE(trace.at(later, decay), bound);
    }
    ASSERT_NEAR(trace.at_end(steps, decay), naive.end, tolerance);
}

TEST(Calcium, EqualsTheRecursion) {
    std::mt19937 generator(1);
    for (int i = 0; i < 2000; ++i) {
        std::vector<bool> jumps(1 + generator() % max_window_steps);
        for (std::size_t s = 0; s < jumps.size(); ++s) jumps[s] = generator() % 8 == 0;
        expect_equal_to_recursion(generator() * 1e-9, 0.6, jumps);
    }
}

TEST(Calcium, JumpsAtTheEdges) {
    for (const std::size_t jump : {0, 1, 62, 63, 64, 65, max_window_steps - 1})
        for (const double start : {0.0, 2.5}) {
            std::vector<bool> jumps(max_window_steps);
            jumps[jump] = true;
            expect_equal_to_recursion(start, 0.1655, jumps);
        }
    expect_equal_to_recursion(1.0, 0.1655, std::vector<bool>(max_window_steps, true));
    expect_equal_to_recursion(1.0, 1.0, {true});
}

// A jump counts from its own step on.
TEST(Calcium, IncludesTheJumpOfItsStep) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{0.0, 0.6, set_of({false, false, false, true})};
    EXPECT_EQ(trace.at(2, decay), 0.0);
    EXPECT_EQ(trace.at_end(3, decay), 0.0);
    EXPECT_EQ(trace.at(3, decay), 0.6);
}

// Ca_ij = a_i + b_j is what the published equation gives for both kinds of spike together.
TEST(Calcium, SumOfTracesSolvesTheEquationOfTheSynapse) {
    const CalciumDecay decay(tau_ca, dt);
    CalciumTrace pre{1.1, 0.6, {}};
    CalciumTrace post{0.7, 0.1655, {}};
    for (const int s : {0, 9, 70}) pre.jumps.add(s);
    for (const int s : {4, 9, 14, 127}) post.jumps.add(s);
    double calcium = 1.1 + 0.7;
    for (int s = 0; s < max_window_steps; ++s) {
        if (s == 0 || s == 9 || s == 70) calcium += 0.6;
        if (s == 4 || s == 9 || s == 14 || s == 127) calcium += 0.1655;
        EXPECT_NEAR(pre.at(s, decay) + post.at(s, decay), calcium, 1e-13);
        calcium *= std::exp(-dt / tau_ca);
    }
}

TEST(Calcium, BoundsAreReached) {
    const CalciumDecay decay(tau_ca, dt);
    const CalciumTrace trace{2.0, 0.5, set_of({true, false, true})};
    EXPECT_EQ((CalciumTrace{2.0, 0.5, set_of({true})}.at(0, decay)), 2.5);
    EXPECT_EQ(trace.upper_bound(), 3.0);
    EXPECT_EQ(trace.upper_bound_from(2, decay), trace.at(2, decay));
    EXPECT_EQ(trace.upper_bound_from(3, decay), trace.at(3, decay));
}

}  // namespace
}  // namespace engram::test

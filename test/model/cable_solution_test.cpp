// SPDX-License-Identifier: Apache-2.0
// A block of steps of a neuron with a morphology at once, against the steps themselves.
#include "model/cable_solution.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "model/random.hpp"
#include "plasticity/cable_neuron.hpp"

namespace engram::test {
namespace {

using model::CableInput;
using model::CableState;
using model::NoisePair;
using plasticity::CableNeuron;

constexpr double tau_syn = 5.0;

NeuronParameters cell(double basal_um = 10.0, double apical_um = 25.0) {
    NeuronParameters neuron;
    Morphology& m = neuron.morphology.emplace();
    m.basal_dendrite_um = basal_um;
    m.apical_dendrite_um = apical_um;
    // So that what currents add at once is of the order of their effect in a step.
    m.axial_resistivity_ohm_cm = 200.0;
    m.soma_radius_um = 3.0;
    m.reset = Morphology::Reset::any_compartment;
    return neuron;
}
CableNeuron make(const NeuronParameters& neuron, double dt_ms) {
    return {neuron, {0.15, 0.05}, tau_syn, dt_ms};
}

double normal(std::uint32_t id, int step) {
    return model::normal_at_step({78}, model::Purpose::background, id, 0, step);
}

struct Block {
    std::vector<double> xi;
    std::vector<CableInput> input;
    NoisePair z;
    CableNeuron::BlockInput sums;
    CableState start;
};
Block make_block(const CableNeuron::Solution& b, std::uint32_t number, double w_mV) {
    Block block;
    const double tip_nA = 0.4 * normal(number, 905);
    block.start = {
        {b.v_inf_mV + w_mV, tip_nA + 0.3 * normal(number, 900), 0.3 * normal(number, 901), 0.0},
        tip_nA,
        0.0,
        0.0};
    for (int k = 0; k < b.steps; ++k) {
        const double at_tip = k % 4 == 1 ? 0.3 * normal(number, 500 + k) : 0.0;
        const double at_soma = k % 5 == 2 ? 0.3 * normal(number, 700 + k) : 0.0;
        block.input.push_back({at_tip + at_soma, at_tip});
        b.input_effect(k).add(block.sums, block.input.back());
        block.xi.push_back(normal(number, k));
    }
    block.z = {normal(number, 902), normal(number, 903)};
    NoisePair left = block.z;
    for (int k = 0; k < b.steps; ++k) b.take_out(left, k, block.xi[k]);
    for (int k = 0; k < b.steps; ++k) block.xi[k] = b.refined(k, block.xi[k], left);
    return block;
}

// What the steps do, whatever V; and how high it gets before each of them.
struct Path {
    CableState end;
    double highest_soma_mV = -1e9;
    double highest_tip_mV = -1e9;
};
Path walk(const CableNeuron& neuron, const Block& block) {
    Path path{block.start};
    for (std::size_t k = 0; k < block.xi.size(); ++k) {
        path.highest_soma_mV = std::max(path.highest_soma_mV, neuron.soma.v_mV(path.end));
        path.highest_tip_mV = std::max(path.highest_tip_mV, neuron.tip.v_mV(path.end));
        neuron.advance(path.end, block.input[k], block.xi[k], {}, false);
    }
    return path;
}

class CableSolutionOf : public testing::TestWithParam<std::tuple<int, double, double>> {};

TEST_P(CableSolutionOf, EndsWhereTheStepsEnd) {
    const auto [n, dt, basal_um] = GetParam();
    const CableNeuron neuron = make(cell(basal_um), dt);
    const auto b = neuron.solution(n);
    for (std::uint32_t number = 0; number < 50; ++number) {
        const Block block = make_block(b, number, 2.0 * normal(number, 904));
        const Path path = walk(neuron, block);
        const CableState end = b.at_end(block.start, b.end(block.start, block.z), block.sums);
        EXPECT_NEAR(end.v_mV, path.end.v_mV, 1e-11);
        EXPECT_NEAR(end.i_syn_nA, path.end.i_syn_nA, 1e-13);
        EXPECT_NEAR(end.i_bg_nA, path.end.i_bg_nA, 1e-13);
        EXPECT_NEAR(end.i_tip_nA, path.end.i_tip_nA, 1e-13);
    }
}

// The quick look says only what the slow one says too, and both only what the steps do, at the soma
// and at the tip.
TEST_P(CableSolutionOf, IsBelowOnlyWhereTheStepsAre) {
    const auto [n, dt, basal_um] = GetParam();
    for (const bool tests_tip : {false, true}) {
        NeuronParameters parameters = cell(basal_um);
        if (!tests_tip) parameters.morphology->reset = Morphology::Reset::soma;
        const CableNeuron neuron = make(parameters, dt);
        const auto b = neuron.solution(n);
        int quickly = 0, slowly = 0, soma_crosses = 0, tip_alone = 0;
        for (std::uint32_t number = 0; number < 10000; ++number) {
            const Block block = make_block(b, number, 3.0 * normal(number, 904) + 4.0);
            const auto end = b.end(block.start, block.z);
            const bool quick = b.is_below_quickly(block.start, end, block.sums);
            const bool slow = b.is_below(block.start, block.z, block.sums);
            ASSERT_TRUE(!quick || slow) << number;
            const Path path = walk(neuron, block);
            const double v_th = parameters.v_th_mV;
            const bool below =
                path.highest_soma_mV < v_th && (!tests_tip || path.highest_tip_mV < v_th);
            ASSERT_TRUE(!slow || below) << number;
            quickly += quick;
            slowly += slow;
            soma_crosses += path.highest_soma_mV >= v_th;
            tip_alone += path.highest_soma_mV < v_th && path.highest_tip_mV >= v_th;
        }
        EXPECT_GT(quickly, 150);
        EXPECT_GE(slowly, quickly);
        EXPECT_GT(soma_crosses, 100);
        EXPECT_GT(tip_alone, 5);
    }
}

INSTANTIATE_TEST_SUITE_P(Lengths, CableSolutionOf,
                         testing::Combine(testing::Values(1, 2, 15, 30), testing::Values(0.2, 0.02),
                                          testing::Values(10.0, 60.0)));

// With the second reset rule a current at the tip may reset a neuron whose soma stays below.
TEST(CableSolution, TheTipCounts) {
    const CableNeuron neuron = make(cell(), 0.2);
    const auto b = neuron.solution(15);
    CableState s{{0.0, 3.0, 0.0, 0.0}, 3.0, 0.0, 0.0};
    s.v_mV = -55.05 - neuron.soma.v_mV(s);
    ASSERT_LT(neuron.soma.v_mV(s), -55.0);
    ASSERT_GT(neuron.tip.v_mV(s), -55.0);
    EXPECT_FALSE(b.is_below(s, {}, {}));
    EXPECT_FALSE(b.is_below_quickly(s, b.end(s, {}), {}));
}

// Else a stimulus that has just ended would be missed at the first step.
TEST(CableSolution, NeuronsOfAStimulusThatHasJustEndedAreRefined) {
    const CableNeuron neuron = make(cell(), 0.2);
    const auto b = neuron.solution(15);
    CableState s{{-65.0, 0.0, 0.0, 0.0}, 0.0, 0.0, 0.0};
    EXPECT_TRUE(b.is_below_quickly(s, b.end(s, {}), {}));
    s.i_stim_nA = 1.0;
    EXPECT_FALSE(b.is_below_quickly(s, b.end(s, {}), {}));
    EXPECT_FALSE(b.is_below(s, {}, {}));
}

// In the published cells the quick look decides nearly always.
TEST(CableSolution, TheQuickBoundHolds) {
    for (const double radius_um : {6.0, 12.0})
        for (const double dt : {0.2, 0.1, 0.02}) {
            NeuronParameters neuron;
            neuron.morphology.emplace().soma_radius_um = radius_um;
            neuron.morphology->reset = Morphology::Reset::any_compartment;
            const auto b = make(neuron, dt).solution(15);
            EXPECT_LT(b.soma.v_above, 1.5);
            EXPECT_LT(b.tip.v_above, 1.5);
            const CableState s{{-60.0, 0.2, 0.1, 0.0}, 0.1, 0.0, 0.0};
            EXPECT_TRUE(b.is_below_quickly(s, b.end(s, {1.5, 1.5}), {}));
        }
}

}  // namespace
}  // namespace engram::test

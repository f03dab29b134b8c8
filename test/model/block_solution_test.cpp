// SPDX-License-Identifier: Apache-2.0
// A block of steps at once against the steps themselves.
#include "model/block_solution.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "model/random.hpp"

namespace engram::test {
namespace {

using model::BlockInput;
using model::BlockSolution;
using model::CurrentEffect;
using model::NeuronState;
using model::NoisePair;

constexpr double tau_syn = 5.0;
constexpr double mean_nA = 0.15;
const double sigma = model::background_sigma_nA(0.05, tau_syn);

struct Neuron {
    model::StepNeuron step;
    double v_inf_mV;

    Neuron(const NeuronParameters& p, double tau_syn_ms, double dt_ms, double sigma_nA)
        : step{model::make_neuron_propagator(p, tau_syn_ms, dt_ms), mean_nA, sigma_nA},
          v_inf_mV(p.v_rev_mV + p.r_leak_MOhm * mean_nA) {}
    BlockSolution solution(int steps, double n_deviations = model::noise_bound) const {
        return model::make_block_solution(step.propagator, v_inf_mV, step.bg_sigma_nA, steps,
                                          n_deviations);
    }
};

Neuron published(double dt_ms = 0.2, double sigma_nA = sigma) {
    return {NeuronParameters{}, tau_syn, dt_ms, sigma_nA};
}

// Normal numbers that no other test uses.
double normal(std::uint32_t id, int step) {
    return model::normal_at_step({77}, model::Purpose::background, id, 0, step);
}

double sum_of_products(const double* x, const double* y, int n) {
    double sum = 0;
    for (int k = 0; k < n; ++k) sum += x[k] * y[k];
    return sum;
}

TEST(BlockSolution, ItsNumbersAreOrthonormal) {
    for (const int n : {2, 3, 15, 50}) {
        const BlockSolution b = published().solution(n);
        EXPECT_NEAR(sum_of_products(b.first, b.first, n), 1.0, 1e-14) << n;
        EXPECT_NEAR(sum_of_products(b.second, b.second, n), 1.0, 1e-12) << n;
        EXPECT_NEAR(sum_of_products(b.first, b.second, n), 0.0, 1e-12) << n;
    }
    const BlockSolution one = published().solution(1);
    EXPECT_DOUBLE_EQ(one.first[0], 1.0);
    EXPECT_EQ(one.second[0], 0.0);
}

// Steps with the given normal numbers, as the product makes them; V may go where it wants.
struct Path {
    NeuronState end;
    std::vector<double> v_mV;  //!< at the beginning of each step
};
Path walk(const Neuron& neuron, const std::vector<double>& xi, const std::vector<double>& input_nA,
          NeuronState s, const std::vector<double>& stimulus_mV = {}) {
    Path path;
    for (std::size_t k = 0; k < xi.size(); ++k) {
        path.v_mV.push_back(s.v_mV);
        neuron.step(s, input_nA[k], xi[k], stimulus_mV.empty() ? 0.0 : stimulus_mV[k], 1e9);
    }
    path.end = s;
    return path;
}

struct Block {
    std::vector<double> xi;
    std::vector<double> input_nA;
    NoisePair z;
    BlockInput input;
    NeuronState start;
};
// Any block: xi independent of z, and refined.
Block make_block(const BlockSolution& b, std::uint32_t number, double w_mV, bool with_noise,
                 bool with_input = true) {
    Block block;
    block.start = {b.v_inf_mV + w_mV, 0.3 * normal(number, 900), 0.3 * normal(number, 901), 0.0};
    for (int k = 0; k < b.steps; ++k) {
        block.input_nA.push_back(with_input && k % 4 == 1 ? 0.2 * normal(number, 500 + k) : 0.0);
        b.input_effect(k).add(block.input, block.input_nA.back());
        block.xi.push_back(with_noise ? normal(number, k) : 0.0);
    }
    if (!with_noise) return block;
    block.z = {normal(number, 902), normal(number, 903)};
    NoisePair left = block.z;
    for (int k = 0; k < b.steps; ++k) b.take_out(left, k, block.xi[k]);
    for (int k = 0; k < b.steps; ++k) block.xi[k] = b.refined(k, block.xi[k], left);
    return block;
}

class BlockSolutionOf : public testing::TestWithParam<std::tuple<int, double>> {};

TEST_P(BlockSolutionOf, EndsWhereTheStepsEnd) {
    const auto [n, dt] = GetParam();
    for (const double strength : {0.0, 1.0})
        for (const double tau_syn_ms : {tau_syn, 10.0, 0.7}) {
            const Neuron neuron(NeuronParameters{}, tau_syn_ms, dt, strength * sigma);
            const BlockSolution b = neuron.solution(n);
            for (std::uint32_t number = 0; number < 50; ++number) {
                const Block block = make_block(b, number, 2.0 * normal(number, 904), strength > 0);
                const Path path = walk(neuron, block.xi, block.input_nA, block.start);
                const NeuronState end =
                    b.at_end(block.start, b.end(block.start, block.z), block.input);
                EXPECT_NEAR(end.v_mV, path.end.v_mV, 1e-11);
                EXPECT_NEAR(end.i_syn_nA, path.end.i_syn_nA, 1e-13);
                EXPECT_NEAR(end.i_bg_nA, path.end.i_bg_nA, 1e-13);
            }
        }
}

// What z leaves open within the block, from many blocks: variance (n - 1 degrees of freedom, bounds
// 5 standard deviations) and mean.
TEST_P(BlockSolutionOf, KnowsWhatIsLeftOfTheNoise) {
    const auto [n, dt] = GetParam();
    if (n < 3) return;
    const Neuron neuron = published(dt);
    const BlockSolution b = neuron.solution(n, 1.0);
    const NoisePair z{0.7, -1.1};
    constexpr int n_blocks = 4000;
    std::vector<double> sum(n), square(n), mean(n);
    for (int s = 1; s < n; ++s)
        mean[s] = b.v_inf_mV + b.inner_by_first[s] * z.first + b.inner_by_second[s] * z.second;
    for (std::uint32_t number = 0; number < n_blocks; ++number) {
        NoisePair left = z;
        std::vector<double> xi;
        for (int k = 0; k < n; ++k) xi.push_back(normal(number, k));
        for (int k = 0; k < n; ++k) b.take_out(left, k, xi[k]);
        for (int k = 0; k < n; ++k) xi[k] = b.refined(k, xi[k], left);
        const Path path = walk(neuron, xi, std::vector<double>(n), {b.v_inf_mV, 0.0, 0.0, 0.0});
        for (int s = 1; s < n; ++s) {
            sum[s] += path.v_mV[s] - mean[s];
            square[s] += (path.v_mV[s] - mean[s]) * (path.v_mV[s] - mean[s]);
        }
    }
    for (int s = 1; s < n; ++s) {
        const double sd = b.inner_margin_mV[s];
        EXPECT_NEAR(sum[s] / n_blocks, 0.0, 5.0 * sd / std::sqrt(n_blocks)) << s;
        EXPECT_NEAR(square[s] / n_blocks, sd * sd, 5.0 * sd * sd * std::sqrt(2.0 / n_blocks)) << s;
    }
}

// The quick look says only what the slow one says too, and both only what the steps do. Starts so
// close to the threshold that many blocks cross it.
TEST_P(BlockSolutionOf, IsBelowOnlyWhereTheStepsAre) {
    const auto [n, dt] = GetParam();
    const Neuron neuron = published(dt);
    const BlockSolution b = neuron.solution(n);
    int quickly = 0, slowly = 0, crossing = 0;
    for (std::uint32_t number = 0; number < 20000; ++number) {
        const Block block = make_block(b, number, 9.0 * normal(number, 904) / 3.0 + 4.0, true);
        const auto end = b.end(block.start, block.z);
        const bool quick = b.is_below_quickly(block.start, end, block.input);
        const bool slow = b.is_below(block.start, block.z, block.input);
        ASSERT_TRUE(!quick || slow) << number;
        bool below = true;
        for (const double v : walk(neuron, block.xi, block.input_nA, block.start).v_mV)
            below = below && v < neuron.step.propagator.v_th_mV;
        ASSERT_TRUE(!slow || below) << number;
        quickly += quick;
        slowly += slow;
        crossing += !below;
    }
    EXPECT_GT(quickly, 1000);
    EXPECT_GE(slowly, quickly);
    EXPECT_GT(crossing, 200);
}

INSTANTIATE_TEST_SUITE_P(Lengths, BlockSolutionOf,
                         testing::Values(std::tuple{1, 0.2}, std::tuple{2, 0.2}, std::tuple{7, 0.2},
                                         std::tuple{15, 0.2}, std::tuple{30, 0.1},
                                         std::tuple{50, 0.02}, std::tuple{25, 0.2}));

// Currents of which nobody knows where in the block they are strongest; two of them.
TEST_P(BlockSolutionOf, TakesInKnownCurrents) {
    const auto [n, dt] = GetParam();
    const Neuron neuron = published(dt);
    const BlockSolution b = neuron.solution(n);
    const model::NeuronPropagator& p = neuron.step.propagator;
    int below_the_end = 0, slowly = 0, crossing = 0;
    for (std::uint32_t number = 0; number < 5000; ++number) {
        Block block = make_block(b, number, 3.0 * normal(number, 904), true);
        std::vector<double> stimulus_mV(n);
        CurrentEffect all;
        for (const std::uint32_t which : {0u, 1u}) {
            CurrentEffect effect;
            for (int k = 0; k < n; ++k) {
                const int turn = 1 + static_cast<int>(number) % (n / 2 + 1);
                const double sign = (k / turn + which) % 2 == 0 ? 1.0 : -1.0;
                const double swing =
                    sign * std::fabs(normal(number, 905)) * (which == 0 ? 1.0 : 0.3);
                const double mean_nA =
                    15.0 / (n * dt) * (swing + 0.2 * normal(number, 910 + which));
                const double v_mV = model::step_pulse(p, mean_nA, 0.0, 0.0, 0.0).on_v_mV;
                stimulus_mV[k] += v_mV;
                effect.add_step(p.membrane_decay, v_mV);
            }
            all.add(effect);
        }
        block.input.add(all);
        const Path path = walk(neuron, block.xi, block.input_nA, block.start, stimulus_mV);
        const auto end = b.end(block.start, block.z);
        EXPECT_NEAR(b.at_end(block.start, end, block.input).v_mV, path.end.v_mV, 1e-11);
        const bool slow = b.is_below(block.start, block.z, block.input);
        ASSERT_TRUE(!b.is_below_quickly(block.start, end, block.input) || slow) << number;
        bool below = true;
        for (const double v : path.v_mV) below = below && v < p.v_th_mV;
        ASSERT_TRUE(!slow || below) << number;
        slowly += slow;
        crossing += !below;
        below_the_end += !below && path.end.v_mV < p.v_th_mV && path.v_mV[0] < p.v_th_mV;
    }
    EXPECT_GT(slowly, 500);
    EXPECT_GT(crossing, 5);
    if (n > 2) {
        EXPECT_GT(below_the_end, 5) << "crossed within the block alone";
    }
}

// The bound can fail: with less than the seven standard deviations spikes are missed.
TEST(BlockSolution, ASmallerBoundMissesSpikes) {
    const Neuron neuron = published();
    for (const double n_deviations : {0.0, 1.0, model::noise_bound}) {
        const BlockSolution b = neuron.solution(15, n_deviations);
        int missed = 0;
        for (std::uint32_t number = 0; number < 60000; ++number) {
            const Block block = make_block(b, number, 7.5 + normal(number, 904), true, false);
            if (!b.is_below(block.start, block.z, block.input)) continue;
            for (const double v : walk(neuron, block.xi, block.input_nA, block.start).v_mV)
                if (v >= neuron.step.propagator.v_th_mV) {
                    ++missed;
                    break;
                }
        }
        if (n_deviations < model::noise_bound)
            EXPECT_GT(missed, 5) << n_deviations;
        else
            EXPECT_EQ(missed, 0);
    }
}

// A neuron that is still refractory is not free to be taken over the block at once.
TEST(BlockSolution, HeldNeuronsAreNotBelow) {
    const BlockSolution b = published().solution(15);
    NeuronState s{b.v_inf_mV - 20.0, 0.0, 0.0, 1.0};
    EXPECT_TRUE(b.is_below_quickly(s, b.end(s, {}), {}));
    s.refractory = 2.0;
    EXPECT_FALSE(b.is_below_quickly(s, b.end(s, {}), {}));
    EXPECT_FALSE(b.is_below(s, {}, {}));
}

// Without noise the quick look is exact enough to be of use, and never wrong.
TEST(BlockSolution, WithoutNoise) {
    const Neuron neuron = published(0.2, 0.0);
    const BlockSolution b = neuron.solution(15);
    EXPECT_TRUE(std::isfinite(b.quick_margin_mV));
    const NeuronState rest{b.v_inf_mV, 0.0, 0.0, 0.0};
    EXPECT_TRUE(b.is_below_quickly(rest, b.end(rest, {}), {}));
    const NeuronState driven{b.v_inf_mV, 40.0, 0.0, 0.0};
    EXPECT_FALSE(b.is_below_quickly(driven, b.end(driven, {}), {}));
    EXPECT_FALSE(b.is_below(driven, {}, {}));
}

// Signs on which the quick bound rests, over what neurons may be like.
TEST(BlockSolution, TheQuickBoundHoldsForMostNeurons) {
    for (const double tau_mem_ms : {2.0, 10.0, 50.0})
        for (const double tau_syn_ms : {0.5, 2.0, 10.0, 100.0})
            for (const auto& [steps, dt] : {std::pair{5, 0.2}, {15, 0.2}, {50, 0.1}, {10, 1.0}}) {
                NeuronParameters p;
                p.c_mem_nF = tau_mem_ms / p.r_leak_MOhm;
                const BlockSolution b = Neuron(p, tau_syn_ms, dt, 0.3).solution(steps);
                EXPECT_TRUE(std::isfinite(b.quick_margin_mV))
                    << tau_mem_ms << ' ' << tau_syn_ms << ' ' << steps;
                EXPECT_LT(b.quick_v, 2.0);
            }
}

}  // namespace
}  // namespace engram::test

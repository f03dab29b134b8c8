// SPDX-License-Identifier: Apache-2.0
// Neurons that advance by blocks have the law of those that advance step by step: independent
// neurons of both kinds, with other seeds. Takes half a minute; ctest -L slow.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "model/block_solution.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"

namespace engram::test {
namespace {

constexpr double dt_ms = 0.2;
constexpr double tau_syn_ms = 5.0;
constexpr int block_steps = 15;
constexpr int n_neurons = 2000;
constexpr int n_warm_up = 100;  // blocks of 3 ms
const double sigma_nA = model::background_sigma_nA(0.05, tau_syn_ms);

struct Case {
    std::string name;
    double mean_nA;
    int n_blocks;
    double input_nA;         //!< of each arrival, of either sign
    double arrivals_per_ms;  //!< of each sign
};
void PrintTo(const Case& c, std::ostream* stream) {
    *stream << c.name;
}

// What the bounds need: averages by neuron, which are independent.
struct Averages {
    static constexpr std::array<const char*, 13> names = {
        "rate",       "V",          "V^2",        "V^3",        "I_bg",
        "I_bg^2",     "V I_bg",     "V V(+3 ms)", "V V(+6 ms)", "V V(+12 ms)",
        "I I(+3 ms)", "I I(+6 ms)", "I I(+12 ms)"};
    std::vector<std::array<double, names.size()>> of_neuron;
    std::array<double, block_steps> spikes_by_step{};
    std::array<double, 60> intervals{};  //!< between spikes, in 4 ms; the last: longer
};

// The end of each block is where both can be compared. `advance` takes a neuron through a block and
// reports its spikes.
template <class Advance>
Averages simulate(const Case& c, double v_inf_mV, Advance advance) {
    Averages averages;
    for (std::uint32_t id = 0; id < n_neurons; ++id) {
        auto& sums = averages.of_neuron.emplace_back();
        model::NeuronState s{v_inf_mV, 0.0, 0.0, 0.0};
        std::array<double, 5> v{}, i{};
        std::int64_t last_spike = -1;
        for (std::int64_t block = 0; block < n_warm_up + c.n_blocks; ++block) {
            const std::int64_t begin = block * block_steps;
            const bool counts = block >= n_warm_up;
            advance(s, id, begin, [&](int step) {
                if (!counts) return;
                sums[0] += 1;
                averages.spikes_by_step[static_cast<std::size_t>(step)] += 1;
                if (last_spike >= 0) {
                    const auto bin = static_cast<std::size_t>((begin + step - last_spike) / 20);
                    averages.intervals[std::min(bin, averages.intervals.size() - 1)] += 1;
                }
                last_spike = begin + step;
            });
            std::shift_right(v.begin(), v.end(), 1);
            std::shift_right(i.begin(), i.end(), 1);
            v[0] = (s.v_mV - v_inf_mV) / 3.0;
            i[0] = s.i_bg_nA / sigma_nA;
            if (!counts) continue;
            const double values[] = {0,           v[0],        v[0] * v[0], v[0] * v[0] * v[0],
                                     i[0],        i[0] * i[0], v[0] * i[0], v[0] * v[1],
                                     v[0] * v[2], v[0] * v[4], i[0] * i[1], i[0] * i[2],
                                     i[0] * i[4]};
            for (std::size_t q = 1; q < sums.size(); ++q) sums[q] += values[q];
        }
        for (double& sum : sums) sum /= c.n_blocks;
    }
    return averages;
}

// Differences of means in their standard errors.
void compare_averages(const Averages& a, const Averages& b) {
    for (std::size_t q = 0; q < Averages::names.size(); ++q) {
        const auto mean_and_error = [q](const Averages& x) {
            double sum = 0, square = 0;
            for (const auto& of_one : x.of_neuron) {
                sum += of_one[q];
                square += of_one[q] * of_one[q];
            }
            const double mean = sum / n_neurons;
            return std::pair{mean, (square / n_neurons - mean * mean) / n_neurons};
        };
        const auto [mean_a, error_a] = mean_and_error(a);
        const auto [mean_b, error_b] = mean_and_error(b);
        const double z = (mean_a - mean_b) / std::sqrt(error_a + error_b);
        std::printf("%-12s %11.6f %11.6f  z %5.2f\n", Averages::names[q], mean_a, mean_b, z);
        EXPECT_LT(std::fabs(z), 4.0) << Averages::names[q];
    }
}

// Two histograms of one law: chi square, and no more than 5 standard deviations above its mean.
template <std::size_t n>
void compare_histograms(const char* name, const std::array<double, n>& a,
                        const std::array<double, n>& b) {
    double sum_a = 0, sum_b = 0;
    for (std::size_t k = 0; k < n; ++k) sum_a += a[k], sum_b += b[k];
    ASSERT_GT(sum_a, 1000.0);
    double chi2 = 0;
    int degrees = -1;
    for (std::size_t k = 0; k < n; ++k) {
        if (a[k] + b[k] < 20.0) continue;
        const double difference = a[k] * std::sqrt(sum_b / sum_a) - b[k] * std::sqrt(sum_a / sum_b);
        chi2 += difference * difference / (a[k] + b[k]);
        ++degrees;
    }
    std::printf("%-12s chi2 %.1f, %d degrees of freedom\n", name, chi2, degrees);
    EXPECT_LT(chi2, degrees + 5.0 * std::sqrt(2.0 * degrees)) << name;
}

// Arrivals by their own seed: excitatory and inhibitory, at any step.
double input_at(const Case& c, std::uint64_t seed, std::uint32_t id, std::int64_t step) {
    if (c.arrivals_per_ms == 0.0) return 0.0;
    const auto words = model::RandomStreams{seed}(model::Purpose::forced_spikes, id, 0,
                                                  static_cast<std::uint64_t>(step));
    const double p = c.arrivals_per_ms * dt_ms;
    return c.input_nA * ((model::uniform(words.word[0]) < p) - (model::uniform(words.word[1]) < p));
}

class DISABLED_LawOfBlockNoise : public testing::TestWithParam<Case> {};

TEST_P(DISABLED_LawOfBlockNoise, IsThatOfTheSteps) {
    const Case& c = GetParam();
    const NeuronParameters p;
    const double v_inf_mV = p.v_rev_mV + p.r_leak_MOhm * c.mean_nA;
    const model::StepNeuron step{model::make_neuron_propagator(p, tau_syn_ms, dt_ms), c.mean_nA,
                                 sigma_nA};
    const auto fired = [&](const model::NeuronState& s) {
        return s.refractory == step.propagator.refractory_steps;
    };

    const std::uint64_t seed_a = 11, seed_b = 12;
    const Averages by_steps = simulate(
        c, v_inf_mV, [&](model::NeuronState& s, std::uint32_t id, std::int64_t begin, auto spike) {
            float xi[block_steps];
            model::normals_of_steps({seed_a}, model::Purpose::background, id, 0, begin, block_steps,
                                    xi);
            for (int k = 0; k < block_steps; ++k) {
                step(s, input_at(c, seed_a, id, begin + k), xi[k], 0.0);
                if (fired(s)) spike(k);
            }
        });

    const model::BlockSolution b =
        model::make_block_solution(step.propagator, v_inf_mV, sigma_nA, block_steps);
    std::int64_t n_refined = 0;
    const Averages by_blocks = simulate(
        c, v_inf_mV, [&](model::NeuronState& s, std::uint32_t id, std::int64_t begin, auto spike) {
            const auto normals = model::normals_of_block({seed_b}, id, begin);
            const model::NoisePair z{normals.first, normals.second};
            model::BlockInput input;
            for (int k = 0; k < block_steps; ++k)
                b.input_effect(k).add(input, input_at(c, seed_b, id, begin + k));
            const auto end = b.end(s, z);
            const model::NeuronState free = b.at_end(s, end, input);
            if (b.is_below_quickly(s, end, input) || b.is_below(s, z, input)) {
                s = free;
                return;
            }
            ++n_refined;
            float xi[block_steps];
            model::normals_of_steps({seed_b}, model::Purpose::background, id, 0, begin, block_steps,
                                    xi);
            model::NoisePair left = z;
            for (int k = 0; k < block_steps; ++k) b.take_out(left, k, xi[k]);
            bool was_held = false;
            for (int k = 0; k < block_steps; ++k) {
                step(s, input_at(c, seed_b, id, begin + k), b.refined(k, xi[k], left), 0.0);
                if (fired(s)) spike(k);
                was_held |= model::StepNeuron::was_held(s.refractory);
            }
            s = {was_held ? s.v_mV : free.v_mV, free.i_syn_nA, free.i_bg_nA, s.refractory};
        });

    std::printf("%s: refined %.2f %%\n", c.name.c_str(),
                100.0 * static_cast<double>(n_refined) / (double{n_neurons} * c.n_blocks));
    compare_averages(by_steps, by_blocks);
    compare_histograms("step", by_steps.spikes_by_step, by_blocks.spikes_by_step);
    compare_histograms("interval", by_steps.intervals, by_blocks.intervals);
    EXPECT_GT(n_refined, 0);
}

INSTANTIATE_TEST_SUITE_P(States, DISABLED_LawOfBlockNoise,
                         testing::Values(Case{"Background", 0.15, 20000, 0.0, 0.0},
                                         Case{"WithInput", 0.15, 4000, 0.42, 0.5},
                                         Case{"Busy", 0.7, 4000, 0.0, 0.0}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace engram::test

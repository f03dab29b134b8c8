// SPDX-License-Identifier: Apache-2.0
// Recorded h between two draws: an Ornstein-Uhlenbeck process conditioned on both ends. With rate
// lambda and stationary variance V, between ends 0 and n,
//     E(s)    = F + ((h_0 - F) sinh(lambda (n - s)) + (h_n - F) sinh(lambda s)) / sinh(lambda n),
//     K(s, t) = 2 V sinh(lambda s) sinh(lambda (n - t)) / sinh(lambda n),   s <= t,
// F its fixed point. What is drawn afresh for every recorded step must give all of K, not only the
// variance.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

constexpr int block = 15;  // steps from draw to draw: an axonal delay of 3 ms

// Twelve neurons that all spike once, at the start. Calcium hardly decays, so that every synapse
// stays in one zone from the influx on, and h is drawn at the ends of blocks only.
Experiment one_zone(double calcium) {
    Experiment e;
    e.duration_s = 0.6;
    e.seed = 11;
    e.fast_forward = FastForward::off;
    e.populations = {12, 0};
    e.connectivity.probability = 1.0;
    e.background = {0.0, 0.0};
    e.neuron.v_th_mV = 200.0;  // forced spikes only
    e.groups = {group_of("all", 0, 12)};
    Stimulus spike;
    spike.name = "spike";
    spike.scheme = Scheme::explicit_spikes;
    spike.group = "all";
    spike.spike_times_ms = {0.0};
    e.stimuli = {spike};
    e.synapses.ca_pre = calcium;
    e.synapses.ca_post = 0.0;
    e.synapses.tau_ca_ms = 1e6;
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 1;
    return e;
}

// The process within the zone, from the equation of h.
struct Process {
    double rate_per_step;
    double fixed_point_mV;
    double variance;

    Process(const Experiment& e, int n_thresholds) {
        const SynapseParameters& p = e.synapses;
        const double pull = n_thresholds == 2 ? p.gamma_p : 0.0;
        const double rate = 0.1 + pull + p.gamma_d;
        rate_per_step = rate / p.tau_h_s * e.dt_ms / 1000.0;
        fixed_point_mV = (0.1 * p.h_0_mV + pull * 10.0) / rate;
        variance = n_thresholds * p.sigma_pl_mV * p.sigma_pl_mV / (2.0 * rate);
    }
    double sinh(double steps) const { return std::sinh(rate_per_step * steps); }
    double mean(double from, double to, int s) const {
        return fixed_point_mV +
               ((from - fixed_point_mV) * sinh(block - s) + (to - fixed_point_mV) * sinh(s)) /
                   sinh(block);
    }
    double covariance(int s, int t) const {
        return 2.0 * variance * sinh(s) * sinh(block - t) / sinh(block);
    }
};

// Deviations from the mean given the ends, by step, of all synapses and blocks.
std::vector<std::vector<double>> deviations(const Experiment& e, const Process& process,
                                            const MemorySink& sink) {
    std::vector<std::vector<double>> result(block);
    const auto settled = static_cast<std::size_t>(e.steps_from_ms(30.0));
    for (std::size_t begin = settled; begin + block < sink.n_rows; begin += block)
        for (std::size_t q = 0; q < e.record.synapses.size(); ++q) {
            const std::size_t column = 1 + synapse_columns * q + column_h;
            const double from = sink.at(begin, column);
            const double to = sink.at(begin + block, column);
            for (int s = 1; s < block; ++s)
                result[s].push_back(sink.at(begin + s, column) - process.mean(from, to, s));
        }
    return result;
}

double mean_product(const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum / static_cast<double>(x.size());
}

class RecordingBridge : public OnEachExecutor {
  protected:
    // Bounds of 4.5 standard errors: of a mean product of normal numbers sqrt((1 + r^2) / n) in
    // units of both deviations, r their correlation.
    void check(double calcium, int n_thresholds, double tau_h_s) const {
        Experiment e = one_zone(calcium);
        e.synapses.tau_h_s = tau_h_s;
        const Process process(e, n_thresholds);
        const CompleteRun run(e, executor());
        const auto deviation = deviations(e, process, run.sink);
        const auto n = static_cast<double>(deviation[1].size());
        ASSERT_GT(n, 20000);
        for (int s = 1; s < block; ++s) {
            const double sd_s = std::sqrt(process.covariance(s, s));
            double sum = 0;
            for (const double value : deviation[s]) sum += value;
            EXPECT_NEAR(sum / n / sd_s, 0.0, 4.5 / std::sqrt(n)) << "mean at step " << s;
            for (int t = s; t < block; ++t) {
                const double sd_t = std::sqrt(process.covariance(t, t));
                const double r = process.covariance(s, t) / (sd_s * sd_t);
                EXPECT_NEAR(mean_product(deviation[s], deviation[t]) / (sd_s * sd_t), r,
                            4.5 * std::sqrt((1 + r * r) / n))
                    << "steps " << s << " and " << t;
            }
        }
    }
};

// Relaxation within a block counts (lambda n = 1.2) as well as noise.
TEST_P(RecordingBridge, PotentiationHasTheCovarianceOfTheProcess) {
    check(4.0, 2, 5.0);
}

TEST_P(RecordingBridge, DepressionHasTheCovarianceOfTheProcess) {
    check(2.0, 1, 2.0);
}

// With the published time constant the bridge is nearly that of a Wiener process.
TEST_P(RecordingBridge, PublishedTimeConstant) {
    check(4.0, 2, 688.4);
}

ENGRAM_ON_EACH_EXECUTOR(RecordingBridge);

}  // namespace
}  // namespace engram::test

// SPDX-License-Identifier: Apache-2.0
// The closed forms of fast-forward against numerical integration of the published equations.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "cpu/cpu_executor_impl.hpp"
#include "cpu/numerical_consolidation.hpp"
#include "experiment/conditions.hpp"
#include "plasticity/mechanisms.hpp"

namespace engram::test {
namespace {

constexpr double hour_s = 3600.0;
using State = CpuExecutor<plasticity::Published>;

// Six neurons, all connected; each target stands for another course of events.
class ConsolidationTest : public testing::Test {
  protected:
    ConsolidationTest()
        : experiment_(make_experiment()),
          network_(experiment_, *make_wiring(experiment_), Partition(6, 1), 0),
          initial_(make_state()) {}

    static Experiment make_experiment() {
        Experiment e;
        e.populations = {6, 0};
        e.connectivity.probability = 1.0;
        return e;
    }
    std::unique_ptr<State> make_state() const {
        // Strong potentiation, weak (below the tag), depression, mixtures; S of the targets from
        // far above theta_pro to below it.
        const double change_mV[6][6] = {{0, 3.0, 0.6, -1.5, 0.85, 0.0},  //
                                        {4.0, 0, 0.4, -1.0, 0.1, 0.3},   //
                                        {2.0, 0.9, 0, -0.9, 0.1, 0.0},   //
                                        {-2.0, 0.1, 0.3, 0, 0.1, 1.9},   //
                                        {-0.9, 0.0, 0.2, 1.1, 0, 0.0},   //
                                        {5.5, -4.0, 0.1, 0.2, -0.84, 0}};
        const double protein[6] = {0.0, 9.0, 5.0, 0.0, 3.0, 0.0};
        auto state = std::make_unique<State>(
            experiment_, network_,
            make_neuron_loops(plasticity::BuiltInNeurons{}, network_, experiment_));
        const SynapseTable& table = network_.plastic();
        for (NeuronId pre = 0; pre < 6; ++pre)
            for (SynapseIndex k = table.row_begin(pre); k < table.row_end(pre); ++k) {
                state->view().g[k] = change_mV[pre][table.targets()[k]];
                state->view().stored_z[k] = 0.1 * pre - 0.2;
            }
        std::copy_n(protein, 6, state->view().protein);
        return state;
    }
    Step steps(double time_s) { return experiment_.steps_from_s(time_s); }

    NumericalPool pool_of(std::uint32_t target) const {
        NumericalPool pool;
        pool.protein = initial_->view().protein[target];
        for (NeuronId pre = 0; pre < 6; ++pre) {
            if (pre == target) continue;
            const SynapseIndex k = network_.plastic().find(pre, target);
            pool.change_mV.push_back(initial_->view().g[k]);
            pool.z.push_back(initial_->view().z(k, target));
        }
        return pool;
    }

    std::span<double> g_of(State& state) const {
        return {state.view().g, network_.plastic().size()};
    }
    std::span<double> stored_z(State& state) const {
        return {state.view().stored_z, network_.plastic().size()};
    }
    std::span<double> protein(State& state) const {
        return {state.view().protein, network_.n_local()};
    }

    void run(State& state, Step begin, Step end) const {
        TraceSampler sampler(network_, experiment_);
        std::vector<Snapshot> snapshots;
        state.consolidate(
            begin, end, {}, {}, sampler, [](std::int64_t) { return true; }, snapshots);
    }

    void expect_near(State& state, std::uint32_t target, const NumericalPool& pool,
                     double tolerance) const {
        EXPECT_NEAR(state.view().protein[target], pool.protein, tolerance);
        std::size_t q = 0;
        for (NeuronId pre = 0; pre < 6; ++pre) {
            if (pre == target) continue;
            const SynapseIndex k = network_.plastic().find(pre, target);
            EXPECT_NEAR(state.view().g[k], pool.change_mV[q], tolerance) << pre << "->" << target;
            EXPECT_NEAR(state.view().z(k, target), pool.z[q], tolerance) << pre << "->" << target;
            ++q;
        }
    }

    Experiment experiment_;
    Network network_;
    std::unique_ptr<State> initial_;
};

TEST_F(ConsolidationTest, AgreesWithNumericalIntegration) {
    for (const double time_s : {10.0, 0.3 * hour_s, hour_s, 3 * hour_s, 8 * hour_s}) {
        SCOPED_TRACE(time_s);
        const auto state = make_state();
        run(*state, 0, steps(time_s));
        for (std::uint32_t target = 0; target < 6; ++target) {
            NumericalPool pool = pool_of(target);
            pool.integrate(experiment_.synapses, time_s);
            expect_near(*state, target, pool, 1e-6);
        }
    }
}

// Synthesis begins and ends where the conditions say, and where sums fall below the threshold.
TEST_F(ConsolidationTest, AgreesWithNumericalIntegrationUnderNeuromodulation) {
    const auto modulation = [](double amplitude, double start_s, double duration_s) {
        Neuromodulation interval;
        interval.amplitude = amplitude;
        interval.start_s = start_s;
        interval.duration_s = duration_s;
        return interval;
    };
    experiment_.duration_s = 8 * hour_s;
    // Thresholds of 1.05, 23 and 3.5 mV; one begins where another ends.
    experiment_.neuromodulation = {modulation(4.0, 1800.0, 1800.0), modulation(0.18, 3600.0, 900.0),
                                   modulation(1.2, 0.5 * hour_s - 600.0, 300.2)};
    experiment_.changes = condition_changes(experiment_);
    std::vector<Step> bounds;
    for (const ConditionChange& change : experiment_.changes)
        bounds.push_back(steps(change.time_s));
    bounds.push_back(steps(8 * hour_s));
    ASSERT_EQ(bounds.size(), 7u);
    const auto state = make_state();
    double most_protein = 0;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) run(*state, bounds[i], bounds[i + 1]);
    for (std::uint32_t target = 0; target < 6; ++target) {
        NumericalPool pool = pool_of(target);
        SynapseParameters p = experiment_.synapses;
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            const double now_s = static_cast<double>(bounds[i]) * experiment_.dt_ms / 1000.0;
            double nm = 0;
            for (const Neuromodulation& interval : *experiment_.neuromodulation)
                if (interval.start_s <= now_s + 1e-6 &&
                    now_s + 1e-6 < interval.start_s + *interval.duration_s)
                    nm = interval.amplitude;
            p.theta_pro_mV = p.h_0_mV / (nm + 0.001);
            const double protein_before = pool.protein;
            pool.integrate(
                p, static_cast<double>(bounds[i + 1] - bounds[i]) * experiment_.dt_ms / 1000.0);
            most_protein = std::max(most_protein, pool.protein - protein_before);
        }
        expect_near(*state, target, pool, 1e-9);
    }
    EXPECT_GT(most_protein, 1.0) << "synthesis must begin within the consolidation";
}

// The initial state above must reach what the test is about.
TEST_F(ConsolidationTest, CoversEveryCourseOfEvents) {
    int early = 0, late = 0, expiring = 0, none = 0, depressed = 0;
    const SynapseParameters& p = experiment_.synapses;
    for (std::uint32_t target = 0; target < 6; ++target) {
        NumericalPool pool = pool_of(target);
        (pool.synthesis(p) ? late : early) += 1;
        for (std::size_t q = 0; q < pool.z.size(); ++q) {
            if (pool.tag(p, q) == 0) ++none;
            if (pool.tag(p, q) < 0) ++depressed;
        }
        const NumericalPool before = pool;
        pool.integrate(p, 8 * hour_s);
        for (std::size_t q = 0; q < pool.z.size(); ++q)
            if (before.tag(p, q) != 0 && pool.tag(p, q) == 0) ++expiring;
        EXPECT_FALSE(pool.synthesis(p));
    }
    EXPECT_GT(early, 0);
    EXPECT_GT(late, 0);
    EXPECT_GT(expiring, 5);
    EXPECT_GT(none, 0);
    EXPECT_GT(depressed, 3);
}

TEST_F(ConsolidationTest, TwoPhasesEqualOne) {
    const auto whole = make_state();
    run(*whole, 0, steps(8 * hour_s));
    for (const double cut_s : {0.0002, 1.0, 1234.5, hour_s, 7 * hour_s}) {
        const auto pieces = make_state();
        run(*pieces, 0, steps(cut_s));
        run(*pieces, steps(cut_s), steps(8 * hour_s));
        for (SynapseIndex k = 0; k < network_.plastic().size(); ++k) {
            const std::uint32_t target = network_.plastic().targets()[k];
            EXPECT_NEAR(pieces->view().g[k], whole->view().g[k], 1e-12);
            EXPECT_NEAR(pieces->view().z(k, target), whole->view().z(k, target), 1e-12);
            EXPECT_NEAR(pieces->view().protein[target], whole->view().protein[target], 1e-11);
        }
    }
}

TEST_F(ConsolidationTest, WeightsStayZeroWithoutProtein) {
    const auto state = make_state();
    for (double& z : stored_z(*state)) z = 0.0;
    for (double& p : protein(*state)) p = 0.0;
    for (double& g : g_of(*state)) g *= 0.05;  // S below theta_pro everywhere
    run(*state, 0, steps(8 * hour_s));
    for (const double z : stored_z(*state)) EXPECT_EQ(z, 0.0);
}

// 8 weeks are 2.4e10 steps of 0.2 ms; the lazy factors underflow long before.
TEST_F(ConsolidationTest, WeeksDoNotOverflow) {
    const auto state = make_state();
    const double weeks_s = 8 * 7 * 24 * hour_s;
    run(*state, 0, steps(weeks_s));
    const auto days = make_state();
    run(*days, 0, steps(10 * 24 * hour_s));
    EXPECT_EQ(state->reference(), steps(weeks_s));
    for (SynapseIndex k = 0; k < network_.plastic().size(); ++k) {
        const std::uint32_t target = network_.plastic().targets()[k];
        EXPECT_NEAR(state->view().g[k], 0.0, 1e-100);
        EXPECT_NEAR(state->view().z(k, target), days->view().z(k, target), 1e-15)
            << "no tag is left after a day";
        EXPECT_NEAR(state->view().protein[target], 0.0, 1e-100);
    }
}

TEST_F(ConsolidationTest, SamplesAndSnapshotsLieOnTheCourse) {
    experiment_.duration_s = 8 * hour_s;
    experiment_.record.neurons = {1};
    experiment_.record.synapses = {{5, 1}};
    TraceSampler sampler(network_, experiment_);
    std::vector<Snapshot> snapshots;
    const auto sampled = make_state();
    const std::vector<Step> at = {0, steps(1000), steps(2000)};
    sampled->consolidate(
        0, steps(8 * hour_s), {0, steps(1000), 2, at.back()}, at, sampler,
        [](std::int64_t) { return true; }, snapshots);
    ASSERT_EQ(sampler.n_rows(), 3u);
    ASSERT_EQ(snapshots.size(), 3u);
    const SynapseIndex k = network_.plastic().find(5, 1);
    for (std::size_t row = 0; row < 3; ++row) {
        const auto until = make_state();
        run(*until, 0, at[row]);
        EXPECT_NEAR(sampler.synapse_values(row, 0)[column_h], 4.20075 + until->view().g[k], 1e-12);
        EXPECT_NEAR(sampler.synapse_values(row, 0)[column_z], until->view().z(k, 1), 1e-12);
        EXPECT_NEAR(sampler.neuron_values(row, 0)[column_p], until->view().protein[1], 1e-12);
        EXPECT_NEAR(sampler.neuron_values(row, 0)[column_s],
                    model::from_fixed_point(until->view().change_sum[1]), 1e-10);
        EXPECT_EQ(snapshots[row].h_mV[k], sampler.synapse_values(row, 0)[column_h]);
        EXPECT_EQ(snapshots[row].z[k], sampler.synapse_values(row, 0)[column_z]);
    }
    const auto unsampled = make_state();
    run(*unsampled, 0, steps(8 * hour_s));
    EXPECT_TRUE(std::ranges::equal(g_of(*sampled), g_of(*unsampled)));
    EXPECT_TRUE(std::ranges::equal(stored_z(*sampled), stored_z(*unsampled)));
    EXPECT_TRUE(std::ranges::equal(protein(*sampled), protein(*unsampled)));
}

}  // namespace
}  // namespace engram::test

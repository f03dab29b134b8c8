// SPDX-License-Identifier: Apache-2.0
#include "oracle/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "simulation/trace_columns.hpp"

namespace engram::test {

namespace {

// Rounding grows with the number of operations [mV, or umol/l].
constexpr double tolerance = 1e-10;
// Sums of changes are kept in units of 1e-12 mV, which moves the ends of syntheses in
// consolidations: more, the slower they relax.
constexpr double tolerance_with_ends = 1e-9;

double tolerance_of(const Experiment& experiment) {
    return experiment.fast_forward == FastForward::off ? tolerance : tolerance_with_ends;
}

// What a recorded neuron has besides potential and currents.
std::vector<double> slow_columns(const DenseSimulator::Sample& sample, NeuronId id,
                                 const SynapseParameters& parameters) {
    const DensePools sums = sample.changes[id].sums_mV();
    std::vector<double> values;
    if (parameters.protein_pools == ProteinPools::common)
        values = {sums[pool_c]};
    else
        values = {sums[pool_p], sums[pool_d]};
    for (const DensePool pool : pools_of(parameters)) values.push_back(sample.protein[id][pool]);
    return values;
}

}  // namespace

void check_that_enough_happened(const DenseSimulator& oracle, const Experiment& experiment,
                                AtLeast at_least) {
    std::size_t changed = 0, potentiated = 0, depressed = 0, late = 0;
    for (NeuronId pre = 0; pre < experiment.populations.size(); ++pre)
        for (NeuronId post = 0; post < experiment.populations.size(); ++post) {
            if (!oracle.plastic(pre, post)) continue;
            changed += std::fabs(oracle.h_mV(pre, post) - experiment.synapses.h_0_mV) > 0.5;
            late += std::fabs(oracle.z(pre, post)) > 1e-3;
            potentiated += oracle.z(pre, post) > 0.01;
            depressed += oracle.z(pre, post) < -0.01;
        }
    EXPECT_GE(oracle.spikes().size(), at_least.spikes);
    EXPECT_GE(changed, at_least.changed);
    if (at_least.changed > 0) {
        EXPECT_GT(late, 0u);
    }
    EXPECT_GE(potentiated, at_least.potentiated);
    EXPECT_GE(depressed, at_least.depressed);
    EXPECT_GE(oracle.samples().size(), at_least.samples);
}

void compare_spikes(const std::vector<SpikeEvent>& fast,
                    const std::vector<DenseSimulator::Spike>& dense) {
    ASSERT_EQ(fast.size(), dense.size());
    for (std::size_t i = 0; i < fast.size(); ++i) {
        ASSERT_EQ(fast[i].step, dense[i].step) << "spike " << i;
        ASSERT_EQ(fast[i].neuron, dense[i].neuron) << "spike " << i;
    }
}

void compare_final_state(const CompleteRun& run, const Experiment& experiment,
                         const DenseSimulator& oracle) {
    const double within = tolerance_of(experiment);
    const Snapshot& final = run.sink.snapshots.back();
    const Network& network = run.simulation.network();
    const SynapseTable& table = network.plastic();
    const NeuronId n = experiment.populations.size();
    std::size_t n_plastic = 0;
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
        for (NeuronId post = 0; post < n; ++post) {
            const SynapseIndex k = table.find(pre, network.partition().local_index(post));
            ASSERT_EQ(k < table.size(), oracle.plastic(pre, post)) << pre << "->" << post;
            if (!oracle.plastic(pre, post)) continue;
            ASSERT_NEAR(final.h_mV[k], oracle.h_mV(pre, post), within) << pre << "->" << post;
            ASSERT_NEAR(final.z[k], oracle.z(pre, post), within) << pre << "->" << post;
            ++n_plastic;
        }
    EXPECT_EQ(n_plastic, table.size());
    const std::vector<double> protein = run.simulation.executor().protein();
    const std::vector<DensePool> pools = pools_of(experiment.synapses);
    ASSERT_EQ(protein.size(), pools.size() * n);
    for (std::size_t i = 0; i < pools.size(); ++i)
        for (NeuronId id = 0; id < n; ++id)
            ASSERT_NEAR(protein[i * n + id], oracle.protein(id, pools[i]), within)
                << "pool " << i << " of neuron " << id;
}

void compare_samples(const CompleteRun& run, const Experiment& experiment,
                     const DenseSimulator& oracle) {
    const double within = tolerance_of(experiment);
    const TraceColumns columns(experiment);
    ASSERT_EQ(run.sink.rows.size(), run.sink.n_rows * columns.width());
    std::map<Step, std::size_t> rows;
    for (std::size_t row = 0; row < run.sink.n_rows; ++row) rows[columns.step(run.sink, row)] = row;
    for (const DenseSimulator::Sample& sample : oracle.samples()) {
        ASSERT_TRUE(rows.contains(sample.step)) << "no sample at step " << sample.step;
        const std::size_t row = rows[sample.step];
        SCOPED_TRACE("sample at step " + std::to_string(sample.step));
        for (std::size_t i = 0; i < experiment.record.neurons.size(); ++i) {
            const NeuronId id = experiment.record.neurons[i];
            const std::vector<double> slow = slow_columns(sample, id, experiment.synapses);
            if (!sample.v_mV.empty()) {
                const double membrane[] = {sample.v_mV[id], sample.current_nA[id],
                                           sample.stimulus_nA[id], sample.background_nA[id]};
                static_assert(std::size(membrane) == n_membrane_columns, "as all that is recorded");
                for (std::size_t c = 0; c < n_membrane_columns; ++c)
                    ASSERT_NEAR(run.sink.at(row, columns.neuron(i) + c), membrane[c], within)
                        << membrane_columns[c].name << " of neuron " << id;
            }
            for (std::size_t c = 0; c < slow.size(); ++c)
                ASSERT_NEAR(run.sink.at(row, columns.slow(i) + c), slow[c], within)
                    << "column " << c << " of neuron " << id;
        }
        for (std::size_t i = 0; i < experiment.record.synapses.size(); ++i) {
            const auto [pre, post] = experiment.record.synapses[i];
            const std::size_t k = oracle.index(pre, post);
            const std::size_t first = columns.synapse(i);
            ASSERT_NEAR(run.sink.at(row, first + column_ca), sample.calcium[k], within)
                << pre << "->" << post;
            ASSERT_NEAR(run.sink.at(row, first + column_h), sample.h_mV[k], within)
                << pre << "->" << post;
            ASSERT_NEAR(run.sink.at(row, first + column_z), sample.z[k], within)
                << pre << "->" << post;
        }
    }
}

Snapshot compare_with_oracle(const Experiment& experiment, const ExecutorFactory& executor,
                             AtLeast at_least, const DenseVariant& variant) {
    DenseSimulator oracle(experiment, variant);
    oracle.run();
    check_that_enough_happened(oracle, experiment, at_least);
    const CompleteRun run(experiment, executor);
    compare_spikes(run.sink.spikes, oracle.spikes());
    compare_final_state(run, experiment, oracle);
    compare_samples(run, experiment, oracle);
    return run.sink.snapshots.back();
}

}  // namespace engram::test

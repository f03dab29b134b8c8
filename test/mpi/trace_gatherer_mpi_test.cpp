// SPDX-License-Identifier: Apache-2.0
// Rows of samples that are spread over the ranks come together on rank 0, each value in its column.
#include "simulation/trace_gatherer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/collective.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// What is sampled in a column, by its place in the row of all ranks.
double value_of(std::size_t row, std::size_t column) {
    return static_cast<double>(1000 * row + column);
}

class TraceGathererOnRanks : public testing::Test {
  protected:
    TraceGathererOnRanks() {
        experiment_ = noisy_learning_network();
        // In no order, so that neither ranks nor neurons are where their columns are.
        experiment_.record.neurons = {41, 0, 17, 3, 39, 8, 22, 49, 30, 12};
        experiment_.record.synapses = plastic_synapses(experiment_);
        experiment_.record.synapses.resize(60);
        experiment_.record.every_steps = 3;
        experiment_.duration_s = 100;
        std::reverse(experiment_.record.synapses.begin(), experiment_.record.synapses.end());
    }

    void fill(TraceSampler& sampler, std::size_t row) const {
        const std::size_t behind_neurons = 1 + neuron_columns * experiment_.record.neurons.size();
        for (std::size_t q = 0; q < sampler.neurons().size(); ++q)
            for (std::size_t c = 0; c < neuron_columns; ++c)
                sampler.neuron_values(row, q)[c] =
                    value_of(row, 1 + neuron_columns * sampler.neurons()[q].index + c);
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q)
            for (std::size_t c = 0; c < synapse_columns; ++c)
                sampler.synapse_values(row, q)[c] = value_of(
                    row, behind_neurons + synapse_columns * sampler.synapses()[q].index + c);
    }

    Experiment experiment_;
};

// More rows than are handed out at once.
TEST_F(TraceGathererOnRanks, EveryValueIsInItsColumn) {
    const int rank = rank_of(MPI_COMM_WORLD);
    const Network network(experiment_, *make_wiring(experiment_),
                          Partition(experiment_.populations.size(), size_of(MPI_COMM_WORLD)), rank);
    TraceSampler sampler(network, experiment_);
    TraceGatherer gatherer(MPI_COMM_WORLD, experiment_, sampler);
    EXPECT_LT(sampler.neurons().size(), experiment_.record.neurons.size());
    std::size_t n_rows = 0;
    for (; !gatherer.is_full(sampler); ++n_rows)
        fill(sampler, sampler.add_row(static_cast<Step>(3 * n_rows)));
    for (int more = 0; more < 5; ++more, ++n_rows)
        fill(sampler, sampler.add_row(static_cast<Step>(3 * n_rows)));

    MemorySink sink;
    gatherer.flush(sampler, sink);
    EXPECT_EQ(sampler.n_rows(), 0u);
    if (rank != 0) {
        EXPECT_EQ(sink.n_rows, 0u);
        return;
    }
    ASSERT_EQ(sink.n_rows, n_rows);
    const std::size_t width = 1 + neuron_columns * experiment_.record.neurons.size() +
                              synapse_columns * experiment_.record.synapses.size();
    ASSERT_EQ(sink.rows.size(), n_rows * width);
    for (std::size_t row = 0; row < n_rows; ++row) {
        ASSERT_NEAR(sink.at(row, 0), static_cast<double>(3 * row) * experiment_.dt_ms, 1e-9);
        for (std::size_t column = 1; column < width; ++column)
            ASSERT_EQ(sink.at(row, column), value_of(row, column)) << row << ' ' << column;
    }
}

// Each in its columns, and at its own times.
TEST_F(TraceGathererOnRanks, EachRecordingHasItsRows) {
    TraceRecording named;
    named.name = "named";
    named.neurons = {30, 41, 2};
    named.synapses = {experiment_.record.synapses[7], experiment_.record.synapses[2]};
    named.variables = {"p", "z", "Ca"};
    named.every_steps = 2;
    experiment_.record.named = {named};
    const int rank = rank_of(MPI_COMM_WORLD);
    const Network network(experiment_, *make_wiring(experiment_),
                          Partition(experiment_.populations.size(), size_of(MPI_COMM_WORLD)), rank);
    TraceSampler sampler(network, experiment_);
    TraceGatherer gatherer(MPI_COMM_WORLD, experiment_, sampler);
    for (Step step = 0; step < 12; ++step) {
        if (!sampler.due(step)) continue;
        const std::size_t row = sampler.add_row(step);
        for (std::size_t q = 0; q < sampler.neurons().size(); ++q)
            if (double* values = sampler.neuron_values(row, q))
                for (std::size_t c = 0; c < neuron_columns; ++c)
                    values[c] = value_of(static_cast<std::size_t>(step),
                                         100 * (1 + sampler.neurons()[q].index) + c);
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q)
            if (double* values = sampler.synapse_values(row, q))
                for (std::size_t c = 0; c < synapse_columns; ++c)
                    values[c] = value_of(static_cast<std::size_t>(step),
                                         500 + 10 * sampler.synapses()[q].index + c);
    }
    MemorySink sink;
    gatherer.flush(sampler, sink);
    if (rank != 0) return;
    EXPECT_EQ(sink.n_rows, 4u);
    ASSERT_EQ(sink.named.size(), 1u);
    ASSERT_EQ(sink.named[0].n, 6u);
    const std::vector<std::size_t> of_row = {100 + column_p,  200 + column_p, 300 + column_p,
                                             500 + column_ca, 500 + column_z, 510 + column_ca,
                                             510 + column_z};
    std::vector<double> expected;
    for (std::size_t step = 0; step < 12; step += 2) {
        expected.push_back(static_cast<double>(step) * experiment_.dt_ms);
        for (const std::size_t value : of_row) expected.push_back(value_of(step, value));
    }
    ASSERT_EQ(sink.named[0].values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(sink.named[0].values[i], expected[i], 1e-9) << i;
}

}  // namespace
}  // namespace engram::test

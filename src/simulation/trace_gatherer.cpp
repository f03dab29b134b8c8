// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace_gatherer.hpp"

#include <algorithm>

#include "base/collective.hpp"
#include "base/step_time.hpp"

namespace engram {

TraceGatherer::TraceGatherer(MPI_Comm communicator, const Experiment& experiment,
                             const TraceSampler& sampler)
    : communicator_(communicator), rank_(rank_of(communicator)), dt_ms_(experiment.dt_ms) {
    const std::size_t n_neurons = experiment.record.neurons.size();
    const std::size_t neuron_width = sampler.neuron_width();
    const std::size_t synapse_width = sampler.synapse_width();
    row_width_ = 1 + n_neurons * neuron_width + experiment.record.synapses.size() * synapse_width;
    constexpr std::size_t values_per_flush = 1u << 18;
    rows_per_flush_ = std::max<std::size_t>(1, values_per_flush / row_width_);

    for (const auto& neuron : sampler.neurons())
        for (std::size_t c = 0; c < neuron_width; ++c)
            columns_.push_back(1 + neuron.index * neuron_width + c);
    for (const auto& synapse : sampler.synapses())
        for (std::size_t c = 0; c < synapse_width; ++c)
            columns_.push_back(1 + n_neurons * neuron_width + synapse.index * synapse_width + c);
}

void TraceGatherer::flush(TraceSampler& sampler, ResultSink& sink) {
    for (std::size_t row = 0; row < sampler.n_rows(); row += rows_per_flush_)
        gather(sampler, row, std::min(rows_per_flush_, sampler.n_rows() - row), sink);
    sampler.clear();
}

void TraceGatherer::gather(const TraceSampler& sampler, std::size_t first, std::size_t n_rows,
                           ResultSink& sink) {
    std::vector<double> rows(n_rows * row_width_);
    const double* value = sampler.values().data() + first * sampler.width();
    for (std::size_t row = 0; row < n_rows; ++row)
        for (const std::size_t column : columns_) rows[row * row_width_ + column] = *value++;
    // A value has its bits on the rank that sampled it, and none on the others.
    MPI_Reduce(rank_ == 0 ? MPI_IN_PLACE : rows.data(), rank_ == 0 ? rows.data() : nullptr,
               static_cast<int>(rows.size()), MPI_UINT64_T, MPI_BOR, 0, communicator_);
    if (rank_ != 0) return;
    for (std::size_t row = 0; row < n_rows; ++row)
        rows[row * row_width_] = step_time_ms(sampler.steps()[first + row], dt_ms_);
    sink.write_traces(rows, n_rows);
}

}  // namespace engram

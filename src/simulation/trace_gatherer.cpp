// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace_gatherer.hpp"

#include <algorithm>

#include "base/collective.hpp"
#include "base/step_time.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram {
namespace {

constexpr auto not_kept = static_cast<std::size_t>(-1);

// By column that is sampled: its place among those that are kept.
std::vector<std::size_t> kept_places(std::size_t n_sampled, const std::vector<std::size_t>& kept) {
    std::vector<std::size_t> places(n_sampled, not_kept);
    for (std::size_t i = 0; i < kept.size(); ++i) places[kept[i]] = i;
    return places;
}

// Appends where the values of a neuron or synapse go, whose kept columns begin at `first`.
void append(std::vector<std::size_t>& columns, std::size_t first,
            const std::vector<std::size_t>& places) {
    for (const std::size_t place : places)
        columns.push_back(place == not_kept ? not_kept : first + place);
}

}  // namespace

TraceGatherer::TraceGatherer(MPI_Comm communicator, const Experiment& experiment,
                             const TraceSampler& sampler)
    : communicator_(communicator), rank_(rank_of(communicator)), dt_ms_(experiment.dt_ms) {
    constexpr std::size_t values_per_flush = 1u << 18;
    for (std::size_t number = 0; number < experiment.record.n_recordings(); ++number) {
        const TraceRecording& recording = experiment.record.recording(number);
        const RecordedColumns kept = recorded_columns(recording, experiment);
        const auto of_neuron = kept_places(sampler.neuron_width(), kept.neuron_places);
        const auto of_synapse = kept_places(sampler.synapse_width(), kept.synapse_places);
        const std::size_t behind_neurons = 1 + recording.neurons.size() * kept.of_neuron.size();
        Layout& layout = layouts_.emplace_back();
        layout.row_width = trace_columns(experiment, number);
        layout.rows_per_flush = std::max<std::size_t>(1, values_per_flush / layout.row_width);
        for (const auto& neuron : sampler.neurons())
            if (neuron.recording == number)
                append(layout.columns, 1 + neuron.index * kept.of_neuron.size(), of_neuron);
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q)
            if (sampler.recording_of_synapse(q) == number)
                append(layout.columns,
                       behind_neurons + sampler.synapses()[q].index * kept.of_synapse.size(),
                       of_synapse);
    }
}

bool TraceGatherer::is_full(const TraceSampler& sampler) const {
    for (std::size_t i = 0; i < layouts_.size(); ++i)
        if (sampler.samples(i).steps.size() >= layouts_[i].rows_per_flush) return true;
    return false;
}

void TraceGatherer::flush(TraceSampler& sampler, ResultSink& sink) {
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
        const std::size_t n_rows = sampler.samples(i).steps.size();
        const std::size_t at_once = layouts_[i].rows_per_flush;
        for (std::size_t row = 0; row < n_rows; row += at_once)
            gather(sampler, i, row, std::min(at_once, n_rows - row), sink);
    }
    sampler.clear();
}

void TraceGatherer::gather(const TraceSampler& sampler, std::size_t recording, std::size_t first,
                           std::size_t n_rows, ResultSink& sink) {
    const Layout& layout = layouts_[recording];
    const TraceSampler::Samples& samples = sampler.samples(recording);
    std::vector<double> rows(n_rows * layout.row_width);
    const double* value = samples.values.data() + first * samples.width;
    for (std::size_t row = 0; row < n_rows; ++row)
        for (const std::size_t column : layout.columns) {
            if (column != not_kept) rows[row * layout.row_width + column] = *value;
            ++value;
        }
    // A value has its bits on the rank that sampled it, and none on the others.
    MPI_Reduce(rank_ == 0 ? MPI_IN_PLACE : rows.data(), rank_ == 0 ? rows.data() : nullptr,
               static_cast<int>(rows.size()), MPI_UINT64_T, MPI_BOR, 0, communicator_);
    if (rank_ != 0) return;
    for (std::size_t row = 0; row < n_rows; ++row)
        rows[row * layout.row_width] = step_time_ms(samples.steps[first + row], dt_ms_);
    sink.write_traces(recording, rows, n_rows);
}

}  // namespace engram

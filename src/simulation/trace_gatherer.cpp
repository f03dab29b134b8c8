#include "simulation/trace_gatherer.hpp"

#include <algorithm>
#include <cstdint>

#include "base/step_time.hpp"

namespace engram {

TraceGatherer::TraceGatherer(MPI_Comm communicator, const Experiment& experiment,
                             const TraceSampler& sampler)
    : communicator_(communicator), dt_ms_(experiment.dt_ms) {
    MPI_Comm_rank(communicator_, &rank_);
    MPI_Comm_size(communicator_, &n_ranks_);
    const std::size_t n_neurons = experiment.record.neurons.size();
    const std::size_t neuron_width = sampler.neuron_width();
    const std::size_t synapse_width = sampler.synapse_width();
    row_width_ = 1 + n_neurons * neuron_width + experiment.record.synapses.size() * synapse_width;
    constexpr std::size_t values_per_flush = 1u << 18;
    rows_per_flush_ = std::max<std::size_t>(1, values_per_flush / row_width_);

    std::vector<std::uint64_t> mine;
    for (const auto& neuron : sampler.neurons())
        for (std::size_t c = 0; c < neuron_width; ++c)
            mine.push_back(1 + neuron.index * neuron_width + c);
    for (const auto& synapse : sampler.synapses())
        for (std::size_t c = 0; c < synapse_width; ++c)
            mine.push_back(1 + n_neurons * neuron_width + synapse.index * synapse_width + c);

    const int width = static_cast<int>(mine.size());
    std::vector<int> widths(n_ranks_);
    MPI_Gather(&width, 1, MPI_INT, widths.data(), 1, MPI_INT, 0, communicator_);
    std::vector<int> offsets(n_ranks_);
    int total = 0;
    for (int r = 0; r < n_ranks_; ++r) {
        offsets[r] = total;
        total += widths[r];
    }
    std::vector<std::uint64_t> all(rank_ == 0 ? total : 0);
    MPI_Gatherv(mine.data(), width, MPI_UINT64_T, all.data(), widths.data(), offsets.data(),
                MPI_UINT64_T, 0, communicator_);
    if (rank_ != 0) return;
    columns_.resize(n_ranks_);
    for (int r = 0; r < n_ranks_; ++r)
        columns_[r].assign(all.begin() + offsets[r], all.begin() + offsets[r] + widths[r]);
}

void TraceGatherer::flush(TraceSampler& sampler, ResultSink& sink) {
    for (std::size_t row = 0; row < sampler.n_rows(); row += rows_per_flush_)
        gather(sampler, row, std::min(rows_per_flush_, sampler.n_rows() - row), sink);
    sampler.clear();
}

void TraceGatherer::gather(const TraceSampler& sampler, std::size_t first, std::size_t n_rows,
                           ResultSink& sink) {
    std::vector<int> counts(n_ranks_);
    std::vector<int> offsets(n_ranks_);
    int total = 0;
    for (int r = 0; rank_ == 0 && r < n_ranks_; ++r) {
        counts[r] = static_cast<int>(columns_[r].size() * n_rows);
        offsets[r] = total;
        total += counts[r];
    }
    std::vector<double> all(total);
    MPI_Gatherv(sampler.values().data() + first * sampler.width(),
                static_cast<int>(n_rows * sampler.width()), MPI_DOUBLE, all.data(), counts.data(),
                offsets.data(), MPI_DOUBLE, 0, communicator_);
    if (rank_ != 0) return;
    std::vector<double> rows(n_rows * row_width_);
    for (std::size_t row = 0; row < n_rows; ++row)
        rows[row * row_width_] = step_time_ms(sampler.steps()[first + row], dt_ms_);
    for (int r = 0; r < n_ranks_; ++r) {
        const double* value = all.data() + offsets[r];
        for (std::size_t row = 0; row < n_rows; ++row)
            for (const std::size_t column : columns_[r]) rows[row * row_width_ + column] = *value++;
    }
    sink.write_traces(rows, n_rows);
}

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Computes the measures of a run while it runs, so that a run of an ensemble needs no files.
#pragma once

#include <mpi.h>

#include <array>
#include <vector>

#include "analysis/recall_measures.hpp"
#include "network/network.hpp"
#include "simulation/result_sink.hpp"

namespace engram {

// Mean weights at one time, by direction: within, out of, into the assembly, elsewhere; NaN where
// there is no synapse.
struct MeanWeights {
    Step step = 0;
    std::array<double, 4> h_mV{};
    std::array<double, 4> z{};
};

class MeasureSink : public ResultSink {
  public:
    //! Experiment and network must outlive this.
    MeasureSink(const Experiment& experiment, const Network& network, MPI_Comm communicator);

    void write_spikes(std::span<const SpikeEvent> spikes) override;
    void write_traces(std::span<const double> rows, std::size_t n_rows) override;
    void write_snapshot(const SnapshotView& snapshot) override;

    //! Rank 0. In the order of measure_names.
    std::vector<double> values() const;
    //! Rank 0. All rows of traces, as they came.
    const std::vector<double>& trace_rows() const { return rows_; }

  private:
    const Experiment& experiment_;
    const Network& network_;
    MPI_Comm communicator_;
    RecallSetting setting_;
    std::vector<std::uint32_t> reference_counts_;  // by neuron
    std::vector<std::uint32_t> recall_counts_;
    std::uint64_t n_exc_spikes_ = 0;
    std::uint64_t n_inh_spikes_ = 0;
    std::vector<double> rows_;
    std::vector<MeanWeights> weights_;
};

//! What values() holds for an experiment.
std::vector<MeasureName> measure_names(const Experiment& experiment);

}  // namespace engram

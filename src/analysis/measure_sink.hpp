// SPDX-License-Identifier: Apache-2.0
// Computes the measures of a run while it runs, so that a run of an ensemble needs no files.
#pragma once

#include <mpi.h>

#include <optional>
#include <vector>

#include "analysis/group_weights.hpp"
#include "analysis/induction.hpp"
#include "analysis/memories.hpp"
#include "analysis/recall_measures.hpp"
#include "analysis/runaway.hpp"
#include "network/network.hpp"
#include "simulation/result_sink.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

class MeasureSink : public ResultSink {
  public:
    //! Experiment, whose recorded synapses are resolved, and network must outlive this.
    //! \param keeps_traces  whether trace_rows() is wanted
    MeasureSink(const Experiment& experiment, const Network& network, MPI_Comm communicator,
                bool keeps_traces = true);

    void write_spikes(std::span<const SpikeEvent> spikes) override;
    void write_traces(std::size_t recording, std::span<const double> rows,
                      std::size_t n_rows) override;
    void write_snapshot(const SnapshotView& snapshot) override;

    //! Rank 0. In the order of measure_names.
    //! \param reports  of the complete run
    std::vector<double> values(const std::vector<PhaseReport>& reports) const;
    //! Rank 0. All rows of traces, as they came; none if they are not kept.
    const std::vector<double>& trace_rows() const { return rows_; }

  private:
    // Spikes by neuron in the windows of a memory.
    struct Counts {
        std::vector<std::uint32_t> reference, recall;
    };

    void watch(std::span<const SpikeEvent> spikes);
    void append_recall(std::vector<double>& values, const RecallSetting& setting,
                       const Counts& counts) const;

    const Experiment& experiment_;
    const Network& network_;
    MPI_Comm communicator_;
    RecallSetting setting_;
    Counts counts_;
    std::vector<Memory> memories_;
    std::vector<Counts> counts_of_memories_;
    std::uint64_t n_exc_spikes_ = 0;
    std::uint64_t n_inh_spikes_ = 0;
    std::vector<Phase> phases_;
    RunawayDetector detector_;
    std::size_t phase_ = 0;  //!< that the last spike lies in, once there is one
    bool has_begun_ = false;
    bool runs_away_ = false;
    bool keeps_traces_;
    std::vector<double> rows_;
    std::optional<Induction> induction_;
    GroupWeights weights_;
    GroupWeights weights_of_memories_;
    std::vector<double> mean_weights_;  //!< of all snapshots so far, as in values()
    std::vector<double> mean_weights_of_memories_;
};

//! What values() holds for an experiment, whose recorded synapses may be unresolved.
std::vector<MeasureName> measure_names(const Experiment& experiment);

}  // namespace engram

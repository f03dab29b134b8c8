// SPDX-License-Identifier: Apache-2.0
// The files that a run leaves: recordings while it runs, the finished files at its end.
#pragma once

#include <mpi.h>

#include <optional>
#include <string>
#include <vector>

#include "io/checkpoint_file.hpp"
#include "io/network_edges.hpp"
#include "io/output_directory.hpp"
#include "io/snapshot_file.hpp"
#include "io/spike_file.hpp"
#include "io/trace_file.hpp"
#include "simulation/result_sink.hpp"

namespace engram {

class ResultFiles : public ResultSink {
  public:
    //! Collective. Writes config.yaml into a prepared directory and starts the recordings.
    //! Experiment and network must outlive this.
    ResultFiles(OutputDirectory directory, const Experiment& experiment, const Network& network,
                MPI_Comm communicator);

    //! Collective. Continues the recordings of an interrupted run in its directory.
    //! \param marks  of the checkpoint; see provide_recordings
    //! \throw FileError if a recording is absent or shorter than it was at the checkpoint, though
    //! nothing of it is marked as lost
    ResultFiles(OutputDirectory directory, const Experiment& experiment, const Network& network,
                MPI_Comm communicator, const RecordingMarks& marks);

    //! Rank 0 returns once all that was recorded so far is on the disk.
    RecordingMarks flush();

    void write_spikes(std::span<const SpikeEvent> spikes) override;
    void write_traces(std::size_t recording, std::span<const double> rows,
                      std::size_t n_rows) override;
    //! \param snapshot  that of the end of the run must stay valid until finish() and replay()
    void write_snapshot(const SnapshotView& snapshot) override;

    //! replay() will be called: snapshots are recorded even if no network.h5 will hold them.
    void expect_replay() { records_snapshots_ = true; }

    //! Collective. Turns the recordings into spikes.h5, traces.h5 and, if it is wanted, network.h5.
    //! The recordings stay, so that this can be repeated if it is interrupted.
    //! \return what they hold; complete on rank 0, snapshots on every rank
    //! \throw FileError on every rank, also if a recording was damaged meanwhile
    RecordingMarks finish();

    //! Collective. Hands on what was recorded from the beginning of the run, and was not lost.
    //! \throw FileError on every rank if a recording is damaged
    void replay(ResultSink& sink);

    const OutputDirectory& directory() const { return directory_; }

  private:
    void write_network() const;
    PlasticSnapshot content_of(const SnapshotView& snapshot,
                               const NetworkEdgeProvider& provider) const;
    ProteinSnapshot proteins_of(const SnapshotView& snapshot) const;

    OutputDirectory directory_;
    const Experiment& experiment_;
    const Network& network_;
    MPI_Comm communicator_;
    int rank_ = 0;
    std::optional<SpikeSpool> spikes_;     //!< rank 0
    std::vector<char> records_spikes_of_;  //!< by neuron; empty: of all
    std::vector<TraceSpool> traces_;       //!< rank 0; by recording
    std::vector<SnapshotMark> snapshots_;  //!< of those that have part files
    std::optional<SnapshotView> last_;     //!< that of the end
    bool records_snapshots_;
};

}  // namespace engram

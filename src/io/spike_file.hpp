// SPDX-License-Identifier: Apache-2.0
// Spikes: a raw recording while the simulation runs, spikes.h5 (SONATA) at its end. Rank 0 only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "experiment/experiment.hpp"
#include "io/record_salvage.hpp"
#include "io/record_spool.hpp"
#include "simulation/spike.hpp"

namespace engram {

//! Recording of all spikes in the order of time. Destroying it loses what was not flushed.
class SpikeSpool {
  public:
    explicit SpikeSpool(const std::string& path);
    //! Continue behind the spikes of an interrupted run.
    SpikeSpool(const std::string& path, const RecordMark& mark);

    //! Spikes sorted by step, then neuron, none earlier than those appended before.
    void append(std::span<const SpikeEvent> spikes);
    //! Spikes that were lost.
    void append_gap(const RecordGap& gap) { records_.add_gap(gap); }
    std::uint64_t position() const { return records_.position(); }
    //! Return once all spikes are on the disk.
    RecordMark flush() { return records_.flush(); }

  private:
    RecordSpool records_;
};

//! \throw FileError if the recording does not begin with the spikes of the mark
void verify_spike_spool(const std::string& spool_path, const RecordMark& mark);

//! See salvage_records.
RecordMark salvage_spike_spool(const std::string& spool_path, const RecordMark& mark, Step end,
                               std::span<const RecordAnchor> anchors);

//! Hands the spikes of a flushed recording to `receive`, a piece at a time.
//! \throw FileError as RecordReader, and if a spike is not of one of the `n_neurons`
void read_spike_spool(const std::string& spool_path, const RecordMark& mark, NeuronId n_neurons,
                      const std::function<void(std::span<const SpikeEvent>)>& receive);

//! Convert a flushed recording into spikes.h5, in bounded memory.
void write_spike_file(const std::string& spool_path, const RecordMark& mark,
                      const std::string& target_path, const Populations& populations, double dt_ms);

//! Makes the recording of the first `n_spikes` again, from spikes.h5, which lacks those of gaps.
//! \throw FileError if the file is unusable or has fewer
RecordMark rebuild_spike_spool(const std::string& spool_path, const std::string& spike_path,
                               const Populations& populations, double dt_ms, std::uint64_t n_spikes,
                               const std::vector<RecordGap>& gaps = {});

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// Traces: a raw recording while the simulation runs, traces.h5 at its end. Rank 0 only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "experiment/experiment.hpp"
#include "io/record_salvage.hpp"
#include "io/record_spool.hpp"

namespace engram {

//! Recording of one row per sampled step. Destroying it loses what was not flushed.
class TraceSpool {
  public:
    TraceSpool(const std::string& path, std::size_t n_columns);
    //! Continue behind the rows of an interrupted run.
    TraceSpool(const std::string& path, std::size_t n_columns, const RecordMark& mark);

    //! \param row of n_columns values
    void append(std::span<const double> row);
    //! Rows that were lost.
    void append_gap(const RecordGap& gap) { records_.add_gap(gap); }
    //! Number of rows appended so far.
    std::uint64_t position() const { return records_.position(); }
    //! Return once all rows are on the disk.
    RecordMark flush() { return records_.flush(); }

  private:
    std::size_t n_columns_;
    RecordSpool records_;
};

//! \throw FileError if the recording does not begin with the rows of the mark
void verify_trace_spool(const std::string& spool_path, const RecordMark& mark,
                        std::size_t n_columns);

//! See salvage_records.
RecordMark salvage_trace_spool(const std::string& spool_path, const RecordMark& mark, Step end,
                               std::span<const RecordAnchor> anchors, std::size_t n_columns);

//! Hands the rows of a flushed recording to `receive`, a block at a time.
//! \throw FileError as RecordReader
void read_trace_spool(const std::string& spool_path, const RecordMark& mark, std::size_t n_columns,
                      const std::function<void(std::span<const double>)>& receive);

// A flushed recording.
struct SpooledTraces {
    std::string path;
    RecordMark mark;
};

//! Converts flushed recordings into traces.h5, in bounded memory.
//! \param recordings  all, see Recording::recording
void write_trace_file(std::span<const SpooledTraces> recordings, const std::string& target_path,
                      const Experiment& experiment);

//! Memory that write_trace_file takes at most for a recording of `n_rows` rows [bytes].
std::uint64_t trace_copy_bytes(std::size_t n_columns, std::uint64_t n_rows);

//! Makes the first `n_rows` of a recording again, from traces.h5, which lacks those of gaps.
//! \throw FileError if the file is unusable or has fewer
RecordMark rebuild_trace_spool(const std::string& spool_path, const std::string& trace_path,
                               const Experiment& experiment, std::size_t recording,
                               std::uint64_t n_rows, const std::vector<RecordGap>& gaps = {});

}  // namespace engram

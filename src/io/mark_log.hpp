// SPDX-License-Identifier: Apache-2.0
// The marks of all checkpoints of a run, those that were removed included. Only salvage needs them:
// a log that is damaged or absent makes gaps larger, no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "io/recording_marks.hpp"

namespace engram {

//! The marks that are whole, without gaps. Empty if there is no log.
//! \param n_recordings  of traces, which the run has
//! \throw FileError if the system refuses to read it
std::vector<TimedMarks> read_mark_log(const std::string& path, std::size_t n_recordings);

class MarkLog {
  public:
    //! Continues a log, or begins one, with the marks up to a step.
    MarkLog(const std::string& path, Step last, std::size_t n_recordings);

    void append(const TimedMarks& marks);

  private:
    std::optional<FileDescriptor> file_;
    std::uint64_t written_ = 0;  //!< bytes
};

}  // namespace engram

// SPDX-License-Identifier: Apache-2.0
// What is kept of each finished run of an ensemble while the others are still to come.
//
// Every group of ranks appends to a raw file of its own, partial/trials-<group>.bin. A record that
// was being written when the program was killed is recognised, and dropped.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "experiment/ensemble.hpp"

namespace engram {

struct TrialRecord {
    EnsembleItem item;
    std::vector<double> measures;           //!< as measure_names
    std::vector<RecordedSynapse> synapses;  //!< recorded ones, in the order of the columns
    std::vector<double> trace_rows;         //!< as ResultSink::write_traces
};

class TrialLog {
  public:
    //! Continues behind the last whole record of a log, or starts one.
    TrialLog(const std::string& directory, int group);

    //! Reaches the disk within about a second, and with flush().
    void append(const TrialRecord& record);
    void flush();

  private:
    using Clock = std::chrono::steady_clock;

    FileDescriptor file_;
    std::uint64_t end_ = 0;
    Clock::time_point last_sync_ = Clock::now();
};

// All logs of an ensemble, for reading.
class TrialArchive {
  public:
    explicit TrialArchive(const std::string& directory);

    bool contains(EnsembleItem item) const { return places_.count(item) > 0; }
    std::size_t size() const { return places_.size(); }
    const std::string& directory() const { return directory_; }
    //! \throw FileError if the record is absent or damaged
    TrialRecord read(EnsembleItem item) const;

  private:
    struct Place {
        std::size_t file = 0;
        std::uint64_t offset = 0;
    };

    std::string directory_;
    std::vector<FileDescriptor> files_;
    std::map<EnsembleItem, Place> places_;
};

}  // namespace engram

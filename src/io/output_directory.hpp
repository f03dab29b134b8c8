// SPDX-License-Identifier: Apache-2.0
// The directory of a run: what lies where, and whether it may be used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "experiment/network_keys.hpp"

namespace engram {

inline const std::string unused_suffix = ".unused";  //!< of checkpoints that were set aside

class OutputDirectory {
  public:
    //! The directory of a run that exists already.
    explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    //! Make a directory, with its parents, ready for a new run. Results of an earlier run are an
    //! error, unless `force` removes them; other files are never touched, nor is a directory that
    //! only has files of the same names from elsewhere.
    static OutputDirectory prepare(const std::filesystem::path& path, bool force);

    //! Makes the directory, with its parents, if it is not there; nothing else.
    //! \throw FileError if it is no place for results
    static OutputDirectory make(const std::filesystem::path& path);

    //! \throw FileError if a file that the run reads is among the results that it would replace
    static void require_outside(const std::filesystem::path& path, const WiringFile& file);

    const std::filesystem::path& path() const { return path_; }
    std::string config() const { return file("config.yaml"); }
    std::string spikes() const { return file("spikes.h5"); }
    std::string traces() const { return file("traces.h5"); }
    std::string network() const { return file("network.h5"); }
    std::string summary() const { return file("summary.json"); }

    std::string ensemble() const { return file("ensemble.h5"); }
    //! How far a run has come; replaced while it runs.
    std::string progress() const { return file("progress.json"); }
    //! Directory of one run of an ensemble.
    OutputDirectory trial(std::uint32_t point, std::uint32_t trial) const;
    //! Where the logs of an ensemble lie while it runs.
    std::string partial() const { return file("partial"); }
    //! What the finished trials of an unfinished ensemble were run with.
    std::string ensemble_config() const { return file("partial/config.yaml"); }
    //! The files that they read, with checksums.
    std::string ensemble_inputs() const { return file("partial/inputs.json"); }

    //! Recordings of an unfinished run, gone once it is complete.
    std::string spike_spool() const { return file("partial/spikes.bin"); }
    //! \param recording  its number, see Recording::recording
    std::string trace_spool(std::size_t recording = 0) const {
        return file(recording == 0 ? "partial/traces.bin"
                                   : "partial/traces-" + std::to_string(recording) + ".bin");
    }
    std::string mark_log() const { return file("partial/marks.bin"); }
    std::string snapshot_part(int index) const { return file("partial/" + snapshot_name(index)); }
    static std::string snapshot_name(int index);

    //! HDF5 files that a run leaves; network.h5 among them unless config.yaml says that it is not
    //! wanted.
    std::vector<std::string> result_files() const;
    //! The first of them that is not there; empty if all are.
    std::string missing_result() const;
    void make_partial() const;
    void remove_partial() const;
    //! Durably makes a complete run an unfinished one. Its results stay until they are replaced.
    void reopen() const;

  private:
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::filesystem::path path_;
};

}  // namespace engram
